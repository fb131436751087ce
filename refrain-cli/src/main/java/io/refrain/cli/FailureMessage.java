package io.refrain.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/** What went wrong, in one line for people. */
final class FailureMessage {
  private FailureMessage() {}

  static String of(Exception exception) {
    if (exception instanceof UncheckedIOException
        && exception.getCause() instanceof IOException failure) {
      return of(failure);
    }
    if (exception instanceof FileSystemException failure
        && failure.getFile() != null
        && failure.getReason() == null) {
      return ofFile(failure);
    }
    String message = exception.getMessage();
    if (message == null || message.isBlank()) {
      return "unexpected %s; --stacktrace shows where".formatted(exception.getClass().getName());
    }
    return message.strip().lines().findFirst().orElse("");
  }

  /** Of many failures Java tells no more than the path; what failed is in the exception's kind. */
  private static String ofFile(FileSystemException failure) {
    String reason =
        switch (failure) {
          case AccessDeniedException _ -> "permission denied";
          case DirectoryNotEmptyException _ -> "the folder is not empty";
          case FileAlreadyExistsException _ -> "there is already a file of this name";
          case FileSystemLoopException _ -> "symbolic links lead round in a circle";
          case NoSuchFileException _ -> "there is no such file or folder";
          case NotDirectoryException _ -> "is not a folder";
          default -> "the system refused, and did not say why";
        };
    String other = failure.getOtherFile() == null ? "" : " -> " + failure.getOtherFile();
    return failure.getFile() + other + ": " + reason;
  }
}
