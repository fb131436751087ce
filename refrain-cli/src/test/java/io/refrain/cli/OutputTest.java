package io.refrain.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class OutputTest {
  @Test
  void writesUtf8WhateverTheLocale() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream ofPosixLocale = new PrintStream(bytes, true, StandardCharsets.US_ASCII);
    PrintStream stream = Output.utf8(ofPosixLocale);
    stream.print("\u00e9");
    Output.writer(ofPosixLocale).println("\u21b5");
    assertThat(bytes.toString(StandardCharsets.UTF_8))
        .isEqualTo("\u00e9\u21b5" + System.lineSeparator());
  }
}
