package io.refrain.bench;

import io.refrain.bench.workload.Workload;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;

/** A peer that claims to need a millisecond a unit, or behaves as a race must not mind. */
final class FakePeer {
  private FakePeer() {}

  enum Behaviour {
    FAIR(1, 0),
    HOPELESS(10, 0),
    WRONG(1, 0.5),
    DEAD(1, 0);

    private final double millis;
    private final double error;

    Behaviour(double millis, double error) {
      this.millis = millis;
      this.error = error;
    }
  }

  static Jvm command(Behaviour behaviour, Workload workload) {
    return new Jvm(
        behaviour.name(),
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            FakePeer.class.getName(),
            behaviour.name(),
            workload.name()));
  }

  public static void main(String[] arguments) throws Exception {
    Behaviour behaviour = Behaviour.valueOf(arguments[0]);
    if (behaviour == Behaviour.DEAD) {
      System.err.println("no such library");
      System.exit(3);
    }
    BenchCase benchCase = BenchCase.open(Workload.named(arguments[1]), 1);
    System.out.println("a library greets");
    System.out.println("{\"peer\":\"fake 1.0\"}");
    BufferedReader orders =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    boolean compared = false;
    for (String order = orders.readLine(); order != null; order = orders.readLine()) {
      int units = Integer.parseInt(order.substring("run ".length()));
      // only the first answer is compared
      double checksum = compared ? 0 : benchCase.run(units) + behaviour.error;
      compared = true;
      System.out.printf(
          Locale.ROOT,
          "{\"units\":%d,\"millis\":%f,\"checksum\":%f}%n",
          units,
          units * behaviour.millis,
          checksum);
    }
  }
}
