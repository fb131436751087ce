package io.refrain.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CorpusCatalogueTest {
  private static final byte[] BYTES = "hello world".getBytes(StandardCharsets.UTF_8);
  private static final CataloguedCorpus HELLO =
      new CataloguedCorpus(
          "hello",
          URI.create("http://example.org/hello.txt"),
          "2aae6c35c94fcfb415dbe95f408b9ce91ee846ed",
          BYTES.length,
          "hello/hello.txt");
  private static final Fetcher NO_NETWORK =
      address -> {
        throw new UnknownHostException(address.getHost());
      };

  @TempDir Path root;
  private Path named;
  private Path shared;
  private Path cache;
  private DataFolders folders;

  @BeforeEach
  void folders() {
    named = root.resolve("named");
    shared = root.resolve("shared");
    cache = root.resolve("cache");
    folders = new DataFolders(List.of(named, shared), cache);
  }

  @Test
  void theFirstFolderWins() throws IOException {
    CorpusCatalogue catalogue = new CorpusCatalogue(folders, NO_NETWORK);

    Path inCache = put(cache, BYTES);
    assertThat(catalogue.locate(HELLO)).isEqualTo(inCache);
    Path inShared = put(shared, BYTES);
    assertThat(catalogue.locate(HELLO)).isEqualTo(inShared);
    Path inNamed = put(named, BYTES);
    assertThat(catalogue.locate(HELLO)).isEqualTo(inNamed);
  }

  @Test
  void downloadedOnceIntoTheCache() throws IOException {
    CorpusCatalogue online =
        new CorpusCatalogue(
            folders,
            address -> {
              assertThat(address).isEqualTo(HELLO.address());
              return new ByteArrayInputStream(BYTES);
            });

    assertThat(online.locate(HELLO))
        .isEqualTo(cache.resolve("hello/hello.txt"))
        .hasBinaryContent(BYTES);
    assertThat(new CorpusCatalogue(folders, NO_NETWORK).locate(HELLO))
        .isEqualTo(cache.resolve("hello/hello.txt"));
    assertThat(filesBelow(cache)).containsExactly(cache.resolve("hello/hello.txt"));
    assertThat(named).doesNotExist();
    assertThat(shared).doesNotExist();
  }

  @Test
  void aLocalCopyOfOtherContentIsReported() throws IOException {
    Path file = put(shared, "hello there".getBytes(StandardCharsets.UTF_8));
    CorpusCatalogue catalogue = new CorpusCatalogue(folders, NO_NETWORK);

    assertRefused(
        catalogue,
        file + " is not the catalogued hello: expected 11 bytes of SHA-1 2aae6c35",
        "found SHA-1 6e71b3cac15d32fe2d36c270887df9479c25c640");

    put(shared, new byte[12]);
    assertRefused(catalogue, "found 12 bytes; replace it by http://example.org/hello.txt");
  }

  @Test
  void withoutNetworkTheMessageSaysWhereToPutTheFile() throws IOException {
    assertFails(
        new CorpusCatalogue(folders, NO_NETWORK),
        "http://example.org/hello.txt cannot be reached (UnknownHostException: example.org)",
        "point $REFRAIN_DATA at a folder that holds hello/hello.txt, or put the file at "
            + cache.resolve("hello/hello.txt")
            + " by hand");
    assertThat(cache).doesNotExist();
  }

  @Test
  void aDownloadOfOtherContentIsNotKept() throws IOException {
    assertFails(
        new CorpusCatalogue(folders, address -> new ByteArrayInputStream(new byte[3])),
        "no longer gives the catalogued hello",
        "got SHA-1 29e2dcfbb16f63bb0254df7585a15bb6fb5e927d",
        "put the right file at " + cache.resolve("hello/hello.txt"));
    assertFails(
        new CorpusCatalogue(folders, address -> new ByteArrayInputStream(new byte[12])),
        "got more bytes than that");
    assertThat(cache).doesNotExist();
  }

  @Test
  void aCacheThatCannotBeWrittenIsReported() throws IOException {
    Files.writeString(cache, "a file where a folder should be");

    assertFails(
        new CorpusCatalogue(folders, address -> new ByteArrayInputStream(BYTES)),
        "hello cannot be kept at " + cache.resolve("hello/hello.txt"),
        "name another one in $REFRAIN_DATA");
  }

  @Test
  void namesThatAreNotCataloguedAreAnsweredWithThoseThatAre() {
    assertThatExceptionOfType(CorpusException.class)
        .isThrownBy(() -> new CorpusCatalogue(folders, NO_NETWORK).read("bible"))
        .withMessageContaining(
            "no corpus is called bible; there are time-machine, tiny-shakespeare");
    assertThat(CorpusCatalogue.find("time-machine")).contains(CataloguedCorpus.TIME_MACHINE);
    assertThat(CorpusCatalogue.find("bible")).isEmpty();
    assertThat(CorpusCatalogue.entries())
        .extracting(CataloguedCorpus::name)
        .contains("tiny-shakespeare", "wikitext-2", "wikitext-2-valid", "wikitext-2-test");
  }

  @Test
  void theFoldersFollowFromTheEnvironment() {
    Path home = root.resolve("home");
    Path working = root.resolve("work/refrain");
    Path xdg = root.resolve("xdg").toAbsolutePath();

    assertThat(DataFolders.of(Map.of("REFRAIN_DATA", "sets"), working, home, "Linux"))
        .isEqualTo(
            new DataFolders(
                List.of(working.resolve("sets"), root.resolve("work/shared/data")),
                home.resolve(".cache/refrain")));
    assertThat(DataFolders.of(Map.of("REFRAIN_DATA", ""), working, home, "Linux").provided())
        .containsExactly(root.resolve("work/shared/data"));
    assertThat(cacheOf(Map.of("XDG_CACHE_HOME", xdg.toString()), "Linux"))
        .isEqualTo(xdg.resolve("refrain"));
    assertThat(cacheOf(Map.of("XDG_CACHE_HOME", "relative"), "Linux"))
        .isEqualTo(home.resolve(".cache/refrain"));
    assertThat(cacheOf(Map.of(), "Mac OS X")).isEqualTo(home.resolve("Library/Caches/refrain"));
    assertThat(cacheOf(Map.of("LOCALAPPDATA", xdg.toString()), "Windows 11"))
        .isEqualTo(xdg.resolve("refrain"));
    assertThat(cacheOf(Map.of(), "Windows 11")).isEqualTo(home.resolve("AppData/Local/refrain"));
  }

  private Path cacheOf(Map<String, String> environment, String system) {
    return DataFolders.of(environment, root, root.resolve("home"), system).cache();
  }

  private static Path put(Path folder, byte[] bytes) throws IOException {
    Path file = folder.resolve(HELLO.file());
    Files.createDirectories(file.getParent());
    return Files.write(file, bytes);
  }

  private static List<Path> filesBelow(Path folder) throws IOException {
    try (Stream<Path> paths = Files.walk(folder)) {
      return paths.filter(Files::isRegularFile).toList();
    }
  }

  private static void assertFails(CorpusCatalogue catalogue, String... parts) {
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> catalogue.locate(HELLO))
        .satisfies(e -> assertThat(e.getMessage()).contains(parts).doesNotContain("\n"));
  }

  private static void assertRefused(CorpusCatalogue catalogue, String... parts) {
    assertThatExceptionOfType(CorpusException.class)
        .isThrownBy(() -> catalogue.locate(HELLO))
        .satisfies(e -> assertThat(e.getMessage()).contains(parts).doesNotContain("\n"));
  }
}
