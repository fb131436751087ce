package io.refrain.text;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where data sets lie on this machine.
 *
 * @param provided folders that somebody has filled; searched in this order, never written
 * @param cache the user's cache: searched last, and where downloads go
 */
public record DataFolders(List<Path> provided, Path cache) {
  /** The environment variable that names a folder of data sets. */
  public static final String VARIABLE = "REFRAIN_DATA";

  /** Keeps its own copy of the list. */
  public DataFolders {
    provided = List.copyOf(provided);
  }

  /**
   * {@return the folders that follow from the environment: {@code $REFRAIN_DATA}, {@code
   * ../shared/data} beside the working directory, and the operating system's place for a user's
   * cached files}
   *
   * @param environment the environment variables, as {@link System#getenv()} gives them
   * @param workingDirectory the directory that {@code ../shared/data} is relative to
   */
  public static DataFolders of(Map<String, String> environment, Path workingDirectory) {
    return of(
        environment,
        workingDirectory,
        Path.of(System.getProperty("user.home", "")),
        System.getProperty("os.name", ""));
  }

  static DataFolders of(
      Map<String, String> environment, Path workingDirectory, Path home, String system) {
    List<Path> provided = new ArrayList<>();
    String named = environment.get(VARIABLE);
    if (named != null && !named.isBlank()) {
      provided.add(workingDirectory.resolve(named));
    }
    provided.add(workingDirectory.toAbsolutePath().resolve("../shared/data").normalize());
    return new DataFolders(provided, cacheOf(environment, home, system).resolve("refrain"));
  }

  private static Path cacheOf(Map<String, String> environment, Path home, String system) {
    String lowerCase = system.toLowerCase(Locale.ROOT);
    if (lowerCase.startsWith("mac")) {
      return home.resolve("Library").resolve("Caches");
    }
    return lowerCase.startsWith("windows")
        ? absolute(environment.get("LOCALAPPDATA"), home.resolve("AppData").resolve("Local"))
        : absolute(environment.get("XDG_CACHE_HOME"), home.resolve(".cache"));
  }

  /** The XDG base directory specification says to ignore a relative path. */
  private static Path absolute(@Nullable String path, Path otherwise) {
    return path != null && Path.of(path).isAbsolute() ? Path.of(path) : otherwise;
  }
}
