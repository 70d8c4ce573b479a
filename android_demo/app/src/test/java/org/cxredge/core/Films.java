package org.cxredge.core;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.security.MessageDigest;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.Map;

/** What the Python tests ask: a question a line on stdin, an object of JSON a line on stdout. */
public final class Films {
    private Films() {}

    /**
     * Arguments: the sizes that films are wanted in. A line is a film's file, or `heat WIDTH HEIGHT
     * VALUE ...` for what is laid over a film, or `record MODEL` for a record of that file.
     */
    public static void main(String[] sizes) throws Exception {
        BufferedReader names = new BufferedReader(
                new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String name = names.readLine(); name != null; name = names.readLine()) {
            String[] words = name.split(" ");
            System.out.println(words[0].equals("record") ? record(words[1])
                    : Json.write(words[0].equals("heat") ? heat(words) : answer(name, sizes)));
        }
    }

    private static Map<String, Object> answer(String name, String[] sizes) throws Exception {
        Map<String, Object> said = new LinkedHashMap<>();
        said.put("file", name);
        try {
            ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(Paths.get(name)));
            Film film = FilmReader.decoded(file, null);
            said.put("width", film.width);
            said.put("height", film.height);
            said.put("colour", film.colour);
            said.put("gray", sha256(film.gray));
            for (String size : sizes) {
                said.put(size, sha256(film.pixels(Integer.parseInt(size))));
            }
        } catch (ReadException error) {
            said.put("error", error.why.name());
            said.put("message", error.getMessage());
        }
        return said;
    }

    private static Map<String, Object> heat(String[] words) throws Exception {
        float[] values = new float[words.length - 3];
        for (int i = 0; i < values.length; i++) {
            values[i] = Float.parseFloat(words[i + 3]);
        }
        int grid = (int) Math.sqrt(values.length);
        int[] argb = HeatMap.overlay(values, grid, Integer.parseInt(words[1]),
                Integer.parseInt(words[2]));
        ByteBuffer rgba = ByteBuffer.allocate(4 * argb.length);
        for (int one : argb) {
            rgba.putInt(one << 8 | one >>> 24);
        }
        Map<String, Object> said = new LinkedHashMap<>();
        said.put("rgba", sha256(rgba.array()));
        return said;
    }

    private static String record(String model) throws Exception {
        ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(Paths.get(model)));
        Benchmark times = new Benchmark(80, 9.5, new double[] {4, 3.5, 3.75, 4.25, 10}, 12);
        Map<String, Object> machine = new LinkedHashMap<>();
        machine.put("cpu", "a phone");
        machine.put("cores", 8);
        return new BenchmarkRecord(ModelFile.open(file).contract, ModelFile.sha256(file),
                file.remaining(), times, true, new Date(1_800_000_000_000L))
                .runtime("tensorflow-lite", "2.16.1", "xnnpack", 4).machine(machine)
                .memory(1000L, 2000L, null, 500L).reading(31.5, 2.5).flag("throttled").toJson();
    }

    static String sha256(byte[] data) throws Exception {
        StringBuilder text = new StringBuilder();
        for (byte one : MessageDigest.getInstance("SHA-256").digest(data)) {
            text.append(String.format("%02x", one));
        }
        return text.toString();
    }
}
