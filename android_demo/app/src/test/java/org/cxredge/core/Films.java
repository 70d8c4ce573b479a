package org.cxredge.core;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.security.MessageDigest;
import java.util.LinkedHashMap;
import java.util.Map;

/** For the tests beside Pillow: film files by name on stdin, a line of JSON each on stdout. */
public final class Films {
    private Films() {}

    /** Arguments: the sizes that are wanted. A line of stdin is `file`, or `file<TAB>orientation`. */
    public static void main(String[] sizes) throws Exception {
        BufferedReader names = new BufferedReader(
                new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String name = names.readLine(); name != null; name = names.readLine()) {
            System.out.println(Json.write(answer(name, sizes)));
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

    static String sha256(byte[] data) throws Exception {
        StringBuilder text = new StringBuilder();
        for (byte one : MessageDigest.getInstance("SHA-256").digest(data)) {
            text.append(String.format("%02x", one));
        }
        return text.toString();
    }
}
