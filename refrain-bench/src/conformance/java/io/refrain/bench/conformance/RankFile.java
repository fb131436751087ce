package io.refrain.bench.conformance;

import com.knuddels.jtokkit.Encodings;
import io.refrain.store.Json;
import io.refrain.text.bpe.ByteAlphabet;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A vocabulary of OpenAI's as a {@code tokenizer.json} of Hugging Face's, written without any code
 * of Refrain's but its JSON: one merge for each token, the one by which lower ranks lead to it.
 */
final class RankFile {
  private final Map<String, Integer> ranks = new LinkedHashMap<>(); // spelled as bytes are there

  /** Reads the ranks from the jar of jtokkit. */
  RankFile(String name) throws IOException {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                Encodings.class.getResourceAsStream(name + ".tiktoken"), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] fields = line.split(" ", 2);
        byte[] bytes = Base64.getDecoder().decode(fields[0]);
        ranks.put(ByteAlphabet.spell(bytes), Integer.parseInt(fields[1]));
      }
    }
  }

  /**
   * The file.
   *
   * @param preTokenizer the JSON of what cuts a text
   * @param ignoresMerges whether a whole piece is a token whatever the merges say
   * @param special a special token after all others
   */
  byte[] json(String preTokenizer, boolean ignoresMerges, String special) {
    List<List<String>> merges = new ArrayList<>();
    ranks.forEach((token, rank) -> {
      if (token.length() > 1) {
        merges.add(parts(token, rank));
      }
    });
    int id = ranks.values().stream().mapToInt(Integer::intValue).max().orElseThrow() + 1;
    Map<String, Integer> vocabulary = new LinkedHashMap<>(ranks);
    vocabulary.put(special, id);
    String text =
        """
        {"version":"1.0","truncation":null,"padding":null,"added_tokens":[{"id":%d,"content":"%s",
        "single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true}],
        "normalizer":null,"pre_tokenizer":%s,"post_processor":null,
        "decoder":{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true},
        "model":{"type":"BPE","dropout":null,"unk_token":null,"continuing_subword_prefix":null,
        "end_of_word_suffix":null,"fuse_unk":false,"byte_fallback":false,"ignore_merges":%s,
        "vocab":%s,"merges":%s}}
        """
            .formatted(
                id, special, preTokenizer, ignoresMerges, Json.line(vocabulary), array(merges));
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String array(List<List<String>> merges) {
    String object = Json.line(Map.of("merges", merges));
    return object.substring(object.indexOf('['), object.length() - 1);
  }

  /** What is left of a token's bytes when all merges of lower rank have been done. */
  private List<String> parts(String token, int rank) {
    List<String> parts = new ArrayList<>(token.chars().mapToObj(Character::toString).toList());
    while (parts.size() > 2) {
      int best = -1;
      int lowest = rank;
      for (int i = 0; i + 1 < parts.size(); i++) {
        int merged = ranks.getOrDefault(parts.get(i) + parts.get(i + 1), Integer.MAX_VALUE);
        if (merged < lowest) {
          lowest = merged;
          best = i;
        }
      }
      if (best < 0) {
        throw new IllegalStateException("no lower ranks lead to the token " + token);
      }
      parts.set(best, parts.get(best) + parts.remove(best + 1));
    }
    return parts;
  }
}
