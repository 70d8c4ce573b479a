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
 */
final class JpegCheck {
    final int most; // grays
    final double mean;
    final double score; // how far the score moves

    private JpegCheck(int most, double mean, double score) {
        this.most = most;
        this.mean = mean;
        this.score = score;
    }

    static JpegCheck run(Context context, Engine engine)
            throws IOException, ReadException, ModelException {
        TfliteGraph graph = engine.graph();
        Contract contract = engine.check().file.contract;
        byte[] wanted = new byte[contract.inputSize * contract.inputSize];
        try (InputStream in = context.getResources().openRawResource(R.raw.known_gray)) {
            new DataInputStream(in).readFully(wanted);
        }
        byte[] found;
        try (InputStream in = context.getResources().openRawResource(R.raw.known)) {
            found = FilmReader.read(FilmReader.held(in), new PhoneDecoding())
                    .pixels(contract.inputSize);
        }
        int most = 0;
        long sum = 0;
        for (int i = 0; i < wanted.length; i++) {
            int off = Math.abs((wanted[i] & 0xff) - (found[i] & 0xff));
            most = Math.max(most, off);
            sum += off;
        }
        double moved = graph.run(found).score() - graph.run(wanted).score();
        return new JpegCheck(most, (double) sum / wanted.length, Math.abs(moved));
    }

    /** The comparison in one sentence, also where there is none. */
    static String said(Context context, Engine engine) {
        try {
            JpegCheck one = run(context, engine);
            return context.getString(R.string.check_jpeg_text, one.most, one.mean, one.score);
        } catch (IOException | ReadException | ModelException error) {
            return context.getString(R.string.check_jpeg_failed, error.getMessage());
        }
    }
}
