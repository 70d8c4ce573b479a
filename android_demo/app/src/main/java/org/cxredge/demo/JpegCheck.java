package org.cxredge.demo;

import android.content.Context;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.cxredge.core.Contract;
import org.cxredge.core.FilmReader;
import org.cxredge.core.ModelException;
import org.cxredge.core.ReadException;

/**
 * The phone's JPEG decoder against the reference's, on one JPEG of a phantom.
 *
 * <p>`res/raw/known.jpg` and beside it the grays that the reference makes of it at the model's
 * size. Decoders may differ in the last bit; how much that moves a score is said, not judged.
 * Large photographs are decoded in bands: where those are off, they are refused.
 */
final class JpegCheck {
    private static final int MOST = 3; // grays that bands may be off

    final int most; // grays
    final double mean;
    final double score; // how far the score moves
    final boolean bands; // whether large photographs can be read
    final Exception failure; // why there was nothing to compare, else null

    private JpegCheck(int most, double mean, double score, boolean bands, Exception failure) {
        this.most = most;
        this.mean = mean;
        this.score = score;
        this.bands = bands;
        this.failure = failure;
    }

    /** For the engine's thread; tells `PhoneDecoding` what it found of bands. */
    static JpegCheck run(Context context, Engine engine)
            throws IOException, ReadException, ModelException {
        TfliteGraph graph = engine.graph();
        Contract contract = graph.contract;
        byte[] wanted = new byte[contract.inputSize * contract.inputSize];
        try (InputStream in = context.getResources().openRawResource(R.raw.known_gray)) {
            new DataInputStream(in).readFully(wanted);
        }
        byte[] found = decoded(context, contract, new PhoneDecoding());
        PhoneDecoding.bandsProved = bands(context, contract, wanted);
        int most = 0;
        long sum = 0;
        for (int i = 0; i < wanted.length; i++) {
            int off = Math.abs((wanted[i] & 0xff) - (found[i] & 0xff));
            most = Math.max(most, off);
            sum += off;
        }
        double moved = Math.abs(graph.run(found).score() - graph.run(wanted).score());
        return new JpegCheck(
                most, (double) sum / wanted.length, moved, PhoneDecoding.bandsProved, null);
    }

    /** The same, also where there is nothing to compare. */
    static JpegCheck tried(Context context, Engine engine) {
        try {
            return run(context, engine);
        } catch (ReadException | ModelException error) {
            return new JpegCheck(0, 0, 0, false, error);
        } catch (IOException error) {
            return new JpegCheck(0, 0, 0, false,
                    new ReadException(ReadException.Why.CANNOT_OPEN, "", error));
        }
    }

    /** The comparison in one or two sentences. */
    String said(Context context) {
        if (failure != null) {
            return Words.say(context, R.string.check_jpeg_failed,
                    Failures.said(context, failure));
        }
        String said = Words.say(context, R.string.check_jpeg_text, most, mean, score);
        return bands ? said : said + "\n\n" + context.getString(R.string.check_jpeg_bands);
    }

    private static boolean bands(Context context, Contract contract, byte[] wanted) {
        try {
            byte[] found = decoded(context, contract, PhoneDecoding.bands());
            for (int i = 0; i < wanted.length; i++) {
                if (Math.abs((wanted[i] & 0xff) - (found[i] & 0xff)) > MOST) {
                    return false;
                }
            }
            return true;
        } catch (IOException | ReadException error) {
            return false;
        }
    }

    private static byte[] decoded(Context context, Contract contract, PhoneDecoding decoder)
            throws IOException, ReadException {
        try (InputStream in = context.getResources().openRawResource(R.raw.known)) {
            return FilmReader.read(FilmReader.held(in), decoder).pixels(contract.inputSize);
        }
    }
}
