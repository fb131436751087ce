package io.refrain.bench;

import io.refrain.bench.workload.TokenEncoding;
import io.refrain.bench.workload.WikiText2;
import io.refrain.kernel.ThreadTeam;
import io.refrain.text.PublishedTokenizers;
import io.refrain.text.Tokenizer;
import java.io.IOException;
import java.io.UncheckedIOException;

/** A text as token ids, again and again; what pieces came to is remembered from unit to unit. */
final class TokenEncodingCase implements BenchCase {
  private final ThreadTeam team = ThreadTeam.single();
  private final String text = WikiText2.text();
  private final Tokenizer tokenizer;

  TokenEncodingCase(TokenEncoding workload) {
    try {
      tokenizer = PublishedTokenizers.find(workload.vocabulary()).orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public double run(int units) {
    int[] ids = {};
    for (int unit = 0; unit < units; unit++) {
      ids = tokenizer.encode(text);
    }
    return TokenEncoding.figure(ids);
  }

  @Override
  public ThreadTeam team() {
    return team;
  }

  @Override
  public void close() {
    team.close();
  }
}
