package org.cxredge.demo;

import android.graphics.Bitmap;
import android.os.SystemClock;
import java.util.List;
import org.cxredge.core.Contract;
import org.cxredge.core.Decision;
import org.cxredge.core.Film;
import org.cxredge.core.HeatMap;
import org.cxredge.core.ModelException;
import org.cxredge.core.Outputs;
import org.cxredge.core.Wording;

/** A film's answer and what a screen needs to show it; not to be changed. */
final class Analysis {
    private static final int HEAT = 256; // longest side of the heat map: its grid has 7 by 7

    final Decision decision;
    final List<Wording.Line> lines; // what is said of it
    final Contract contract;
    final int width; // of the film
    final int height;
    final Bitmap film;
    final Bitmap heat; // of the same shape, smaller; null where there is none to show
    final double decodeMs;
    final double resizeMs;
    final double invokeMs;

    private Analysis(
            Contract contract, Decision decision, Film film, Outputs outputs, double[] ms) {
        this.contract = contract;
        this.decision = decision;
        lines = Wording.of(decision, outputs);
        width = film.width;
        height = film.height;
        this.film = Preview.of(film, Preview.LONGEST);
        boolean refused = decision.answer == Decision.Answer.NOT_RECOGNISED;
        heat = refused || HeatMap.most(outputs.heatmap) <= 0
                ? null : heat(outputs.heatmap, contract);
        decodeMs = ms[0];
        resizeMs = ms[1];
        invokeMs = ms[2];
    }

    /** Runs the model; `begun` is when reading the film began, by `elapsedRealtimeNanos`. */
    static Analysis of(TfliteGraph graph, Film film, long begun) throws ModelException {
        Contract contract = graph.contract;
        long decoded = SystemClock.elapsedRealtimeNanos();
        byte[] pixels = film.pixels(contract.inputSize);
        long resized = SystemClock.elapsedRealtimeNanos();
        Outputs outputs = graph.run(pixels);
        long invoked = SystemClock.elapsedRealtimeNanos();
        Decision decision = Decision.of(contract, film, pixels, outputs);
        double[] ms = {
            (decoded - begun) / 1e6, (resized - decoded) / 1e6, (invoked - resized) / 1e6
        };
        return new Analysis(contract, decision, film, outputs, ms);
    }

    double totalMs() {
        return decodeMs + resizeMs + invokeMs;
    }

    private Bitmap heat(float[] heatmap, Contract contract) {
        double scale = (double) HEAT / Math.max(width, height);
        int columns = Math.max(1, (int) Math.round(width * scale));
        int rows = Math.max(1, (int) Math.round(height * scale));
        int[] colours = HeatMap.overlay(heatmap, contract.heatmapGrid, columns, rows);
        return Bitmap.createBitmap(colours, columns, rows, Bitmap.Config.ARGB_8888);
    }
}
