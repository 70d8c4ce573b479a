package org.cxredge.core;

import java.util.Arrays;

/** Times of a graph, measured as `edge_runtime/probe.py` does. Milliseconds. */
public final class Benchmark {
    private static final int WINDOW = 5; // runs that are compared to tell whether it is warm
    private static final int MOST_WARMUP = 50;

    public final double loadMs;
    public final double firstMs;
    /** Every sample after the warm-up. */
    public final double[] steadyMs;
    public final int warmupRuns;

    public Benchmark(double loadMs, double firstMs, double[] steadyMs, int warmupRuns) {
        if (steadyMs.length == 0) {
            throw new IllegalArgumentException("no sample");
        }
        this.loadMs = loadMs;
        this.firstMs = firstMs;
        this.steadyMs = steadyMs.clone();
        this.warmupRuns = warmupRuns;
    }

    /** Run a graph that was just loaded: once, until it is warm, then `runs` times. */
    public static Benchmark measure(Graph graph, byte[] pixels, double loadMs, int runs)
            throws ModelException {
        double first = once(graph, pixels);
        double[] warm = new double[MOST_WARMUP];
        int ran = 0;
        while (ran < MOST_WARMUP && !settled(warm, ran)) {
            warm[ran++] = once(graph, pixels);
        }
        double[] steady = new double[runs];
        for (int i = 0; i < runs; i++) {
            steady[i] = once(graph, pixels);
        }
        return new Benchmark(loadMs, first, steady, ran);
    }

    private static double once(Graph graph, byte[] pixels) throws ModelException {
        long begun = System.nanoTime();
        graph.run(pixels);
        return (System.nanoTime() - begun) / 1e6;
    }

    /** Whether the last few runs were no faster than those before. */
    static boolean settled(double[] times, int ran) {
        if (ran < 2 * WINDOW) {
            return false;
        }
        double before = quantile(Arrays.copyOfRange(times, ran - 2 * WINDOW, ran - WINDOW), 0.5);
        double last = quantile(Arrays.copyOfRange(times, ran - WINDOW, ran), 0.5);
        return last >= 0.98 * before;
    }

    /** Linear interpolation between order statistics. */
    public static double quantile(double[] samples, double share) {
        double[] ordered = samples.clone();
        Arrays.sort(ordered);
        double place = share * (ordered.length - 1);
        int low = (int) place, high = Math.min(low + 1, ordered.length - 1);
        return ordered[low] + (ordered[high] - ordered[low]) * (place - low);
    }

    /** The sample's standard deviation; 0 for one sample. */
    static double deviation(double[] samples) {
        double sum = 0, squares = 0;
        for (double one : samples) {
            sum += one;
        }
        for (double one : samples) {
            squares += Math.pow(one - sum / samples.length, 2);
        }
        return Math.sqrt(squares / Math.max(1, samples.length - 1));
    }
}
