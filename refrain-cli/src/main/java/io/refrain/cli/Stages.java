package io.refrain.cli;

import io.refrain.corpus.CorpusEncoding;
import io.refrain.corpus.TokenFileException;
import java.io.PrintWriter;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Tells how a file of tokens comes to be. */
final class Stages implements CorpusEncoding.Watcher, AutoCloseable {
  private final PrintWriter err;
  private CorpusEncoding.@Nullable Stage stage;
  private @Nullable TaskProgress progress;

  Stages(PrintWriter err) {
    this.err = err;
  }

  @Override
  public void at(CorpusEncoding.Stage now, long done, long of) {
    if (now != stage) {
      close();
      stage = now;
      progress =
          switch (now) {
            case CHECKING -> TaskProgress.onStandardError("Checking", of);
            case ENCODING -> TaskProgress.onStandardError("Encoding", of);
          };
    }
    if (progress != null) {
      progress.at(Math.min(done, of), now == CorpusEncoding.Stage.CHECKING ? "tokens" : "bytes");
    }
  }

  @Override
  public void goingOn(Path file, long tokens) {
    say("Going on with %s: %,d tokens are there.".formatted(file, tokens));
  }

  @Override
  public void makingAnew(TokenFileException why) {
    say(why.getMessage() + ": it is made anew.");
  }

  private void say(String line) {
    close();
    err.println(line);
    err.flush();
  }

  @Override
  public void close() {
    if (progress != null) {
      progress.close();
      progress = null;
      stage = null;
    }
  }
}
