package org.cxredge.core;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** What a .tflite file holds, checked before native code sees any of it. */
public final class ModelFile {
    /** The FlatBuffer alone: a slice of the buffer that was given, direct where that is. */
    public final ByteBuffer graph;
    public final Contract contract;
    public final Golden golden;
    public final List<String> labels;
    /** MODEL_CARD.md. */
    public final String card;

    private ModelFile(ByteBuffer graph, Map<String, byte[]> files) throws ModelException {
        this.graph = graph;
        contract = Contract.fromJson(text(files, "contract.json"));
        if (!sha256(graph).equals(contract.graphSha256)) {
            throw ModelException.damaged(
                    "the model is damaged: its graph is not the one of its contract");
        }
        golden = Golden.fromJson(text(files, "golden.json"));
        labels = Collections.unmodifiableList(
                Arrays.asList(text(files, "labels.txt").trim().split("\\s*\n")));
        card = text(files, "MODEL_CARD.md");
        if (!labels.equals(contract.labels)) {
            throw ModelException.damaged("the model's labels.txt is not what its contract says");
        }
    }

    /** From a buffer's first byte to its limit; a mapped file is not copied but for its texts. */
    public static ModelFile open(ByteBuffer mapped) throws ModelException {
        Archive archive = new Archive(mapped);
        ByteBuffer graph = mapped.duplicate();
        graph.position(0);
        graph.limit(archive.graph);
        return new ModelFile(graph.slice().order(ByteOrder.nativeOrder()), archive.files);
    }

    private static String text(Map<String, byte[]> files, String name) throws ModelException {
        byte[] data = files.get(name);
        if (data == null) {
            throw ModelException.damaged("the model carries no " + name + ": it was cut short, or "
                    + "never went through `python -m export run`");
        }
        try {
            CharBuffer text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(data));
            return text.toString();
        } catch (CharacterCodingException error) {
            throw ModelException.damaged("the model's " + name + " is no text", error);
        }
    }

    /** Hexadecimal SHA-256 of a buffer from its position to its limit, which stay. */
    public static String sha256(ByteBuffer data) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(data.duplicate());
            StringBuilder text = new StringBuilder();
            for (byte one : digest.digest()) {
                text.append(Character.forDigit(one >> 4 & 15, 16));
                text.append(Character.forDigit(one & 15, 16));
            }
            return text.toString();
        } catch (NoSuchAlgorithmException error) {
            throw new IllegalStateException(error); // every Java and every Android has it
        }
    }
}
