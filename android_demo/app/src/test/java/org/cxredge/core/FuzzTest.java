package org.cxredge.core;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;
import static org.junit.Assert.fail;

import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.Test;

/** Damages whole files by a seed; what comes of it is a result or the one exception. */
public class FuzzTest {
    // More by -Dcxredge.fuzz=100000, others by -Dcxredge.seed=7.
    private static final int CASES = Integer.getInteger("cxredge.fuzz", 6000);
    private static final long SEED = Long.getLong("cxredge.seed", 1);
    private static final int[] TELLING = {0, 1, 2, 7, 8, 16, 0x7f, 0x80, 0xff, 0x100, 0x7fff,
        0x8000, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff};
    private static final int LONGEST = 1 << 17;
    /** In place of the phone's decoder: it is given all that this one would get to see. */
    private static final PhoneDecoder DRAINED = (file, rows) -> {
        InputStream in = file.stream();
        byte[] some = new byte[1 << 12];
        while (in.read(some) >= 0) {
            rows.begin(80, 70);
        }
        for (int y = 0; y < 70; y++) {
            rows.row(new int[80], 0);
        }
    };

    @Test(timeout = 300_000)
    public void filmsAreReadOrRefused() throws Exception {
        List<byte[]> files = films();
        int read = 0;
        for (int i = 0; i < CASES; i++) {
            Random dice = new Random(SEED * 1_000_003 + i);
            byte[] data = damaged(files.get(dice.nextInt(files.size())), dice, files);
            try {
                Film film = FilmReader.decoded(ByteBuffer.wrap(data), DRAINED);
                assertEquals(film.width * film.height, film.gray.length);
                assertEquals(64 * 64, film.pixels(64).length);
                read++;
            } catch (ReadException expected) {
                assertTrue(expected.getMessage(), expected.getMessage().length() < 400);
            } catch (Throwable error) {
                throw new AssertionError("case " + i + " of seed " + SEED + ": " + error, error);
            }
        }
        // Damage that is always refused at once would find nothing.
        assertTrue(read + " of " + CASES + " were read", read > CASES / 20 && read < CASES);
    }

    @Test(timeout = 300_000)
    public void modelFilesAreOpenedOrRefused() throws Exception {
        byte[] file = Files.readAllBytes(Repository.MODEL);
        Archive whole = new Archive(ByteBuffer.wrap(file));
        byte[] archive = Arrays.copyOfRange(file, whole.graph, file.length);
        String contract = new String(whole.files.get("contract.json"), StandardCharsets.UTF_8);
        String golden = new String(whole.files.get("golden.json"), StandardCharsets.UTF_8);
        List<byte[]> others = new ArrayList<>();
        others.add(contract.getBytes(StandardCharsets.UTF_8));
        for (int i = 0; i < CASES / 4; i++) {
            Random dice = new Random(SEED * 7_000_003 + i);
            try {
                byte[] text = damaged((i % 2 == 0 ? contract : golden.substring(0, 9000))
                        .getBytes(StandardCharsets.UTF_8), dice, others);
                String said = new String(text, StandardCharsets.UTF_8);
                if (i % 2 == 0) {
                    Contract.fromJson(said);
                } else if (i % 4 == 1) {
                    Golden.fromJson(said);
                } else {
                    new Archive(ByteBuffer.wrap(damaged(archive, dice, others)));
                }
            } catch (ModelException expected) {
                assertTrue(expected.getMessage(), expected.getMessage().length() < 400);
            } catch (Throwable error) {
                throw new AssertionError("case " + i + " of seed " + SEED + ": " + error, error);
            }
        }
        for (int at = 0; at < file.length; at += 1 + file.length / 5) { // any bit of the graph
            byte[] one = file.clone();
            one[at % whole.graph] ^= 4;
            try {
                ModelFile.open(ByteBuffer.wrap(one));
                fail("a damaged graph was opened");
            } catch (ModelException expected) {
                assertTrue(expected.getMessage(), expected.getMessage().contains("damaged"));
            }
        }
    }

    private static List<byte[]> films() throws Exception {
        List<byte[]> files = new ArrayList<>();
        for (Path folder : new Path[] {Repository.VECTORS, Repository.CORPUS, Repository.RAW}) {
            List<Path> paths;
            try (Stream<Path> all = Files.list(folder)) {
                paths = all.filter(p -> p.toString().matches(".*\\.(png|tif|bmp|pgm|dcm|jpg|webp)"))
                        .sorted().collect(Collectors.toList());
            }
            for (Path path : paths) {
                if (Files.size(path) < 60_000) {
                    files.add(Files.readAllBytes(path));
                }
            }
        }
        assertTrue(files.size() > 40);
        return files;
    }

    private static byte[] damaged(byte[] file, Random dice, List<byte[]> others) {
        byte[] data = file.clone();
        for (int edits = 1 + dice.nextInt(6); edits > 0; edits--) {
            // Headers stand at either end more often than in the middle.
            int reach = dice.nextInt(3) == 0 ? data.length : Math.min(data.length, 300);
            int at = reach == 0 ? 0 : dice.nextInt(reach);
            at = dice.nextInt(5) == 0 ? data.length - at : at;
            data = edited(data, Math.min(at, data.length), dice, others);
            if (data.length > LONGEST) {
                data = Arrays.copyOf(data, LONGEST);
            }
        }
        return dice.nextBoolean() ? withSums(data) : data;
    }

    private static byte[] edited(byte[] data, int at, Random dice, List<byte[]> others) {
        switch (dice.nextInt(7)) {
            case 0:
            case 1:
                if (at < data.length) {
                    data[at] ^= 1 << dice.nextInt(8);
                }
                return data;
            case 2:
            case 3: {
                int size = 1 << dice.nextInt(3), number = TELLING[dice.nextInt(TELLING.length)];
                boolean little = dice.nextBoolean();
                for (int i = 0; i < size && at + i < data.length; i++) {
                    data[at + i] = (byte) (number >> 8 * (little ? i : size - 1 - i));
                }
                return data;
            }
            case 4: // cut out, or cut short
                return joined(data, at, new byte[0],
                        dice.nextInt(4) == 0 ? data.length : at + 1 + dice.nextInt(64));
            case 5: { // once more
                int end = Math.min(data.length, at + 1 + dice.nextInt(200));
                return joined(data, at, Arrays.copyOfRange(data, at, end), at);
            }
            default: {
                byte[] other = others.get(dice.nextInt(others.size()));
                int from = dice.nextInt(other.length + 1);
                int end = Math.min(other.length, from + 1 + dice.nextInt(64));
                byte[] piece = Arrays.copyOfRange(other, from, end);
                return joined(data, at, piece, at + piece.length);
            }
        }
    }

    private static byte[] joined(byte[] data, int at, byte[] piece, int rest) {
        rest = Math.min(rest, data.length);
        byte[] all = new byte[at + piece.length + data.length - rest];
        System.arraycopy(data, 0, all, 0, at);
        System.arraycopy(piece, 0, all, at, piece.length);
        System.arraycopy(data, rest, all, at + piece.length, data.length - rest);
        return all;
    }

    /** A damaged PNG whose checksums hold, or its damage would never come past them. */
    private static byte[] withSums(byte[] data) {
        ByteBuffer view = ByteBuffer.wrap(data);
        for (long at = 8; data.length > 8 && data[0] == (byte) 0x89 && at + 12 <= data.length;) {
            long length = view.getInt((int) at) & 0xffffffffL;
            if (at + 12 + length > data.length) {
                break;
            }
            CRC32 sum = new CRC32();
            sum.update(data, (int) at + 4, (int) length + 4);
            view.putInt((int) (at + 8 + length), (int) sum.getValue());
            at += 12 + length;
        }
        return data;
    }
}
