package org.cxredge.core;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Files of the repository that tests read. */
final class Repository {
    static final Path ROOT = root();
    static final Path VECTORS = ROOT.resolve("tests/vectors");
    static final Path CORPUS = ROOT.resolve("tests/edge_runtime/corpus");
    static final Path RAW = ROOT.resolve("android_demo/app/src/main/res/raw"); // the known JPEG
    static final Path MODEL = ROOT.resolve("edge_runtime/models/cxr-mobilenetv2-int8.tflite");

    private Repository() {}

    private static Path root() {
        String told = System.getProperty("cxredge.root");
        if (told != null) {
            return new File(told).toPath();
        }
        File folder = new File(System.getProperty("user.dir")).getAbsoluteFile();
        while (!new File(folder, "tests/vectors/index.json").isFile()) {
            folder = folder.getParentFile();
        }
        return folder.toPath();
    }

    static ByteBuffer bytes(Path path) throws IOException {
        return ByteBuffer.wrap(Files.readAllBytes(path));
    }

    static ByteBuffer vector(String name) throws IOException {
        return bytes(VECTORS.resolve(name));
    }

    static String text(Path path) throws IOException {
        return new String(Files.readAllBytes(path), StandardCharsets.UTF_8);
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> map(Object value) {
        return (Map<String, Object>) value;
    }

    @SuppressWarnings("unchecked")
    static List<Object> list(Object value) {
        return (List<Object>) value;
    }
}
