package org.cxredge.core;

import java.text.SimpleDateFormat;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TimeZone;
import java.util.TreeMap;

/**
 * One measurement, as JSON of schema 2: `edge_runtime/benchmark_record.py`. What was not measured
 * stays null.
 */
public final class BenchmarkRecord {
    private final Map<String, Object> data = new TreeMap<>();
    private final Map<String, Object> memory = new TreeMap<>();
    private final Map<String, Object> times;
    private final List<String> flags = new ArrayList<>();

    /** @param golden whether every golden input gave its output; where not, it is flagged too */
    public BenchmarkRecord(Contract contract, String fileSha256, long fileBytes, Benchmark times,
            boolean golden, Date started) {
        Map<String, Object> model = new TreeMap<>();
        model.put("name", contract.name);
        model.put("version", contract.version);
        model.put("graph_sha256", contract.graphSha256);
        model.put("file_sha256", fileSha256);
        model.put("precision", contract.precision);
        data.put("schema", 2);
        data.put("model", model);
        data.put("file_bytes", fileBytes);
        this.times = timesOf(times);
        data.put("times", this.times);
        data.put("golden", golden);
        data.put("target", "local");
        data.put("emulated", false);
        data.put("started", iso(started));
        for (String unknown : new String[] {"memory", "instructions", "energy_mj"}) {
            data.put(unknown, null);
        }
        data.put("flags", flags);
        data.put("series", Collections.emptyMap());
        data.put("runtime", Collections.emptyMap());
        data.put("machine", Collections.emptyMap());
        if (!golden) {
            flag("golden_failed");
        }
    }

    public BenchmarkRecord runtime(String name, String version, String delegate, int threads) {
        Map<String, Object> runtime = new TreeMap<>();
        runtime.put("name", name);
        runtime.put("api", "java");
        runtime.put("version", version);
        runtime.put("delegate", delegate);
        runtime.put("threads", threads);
        data.put("runtime", runtime);
        return this;
    }

    /** What the phone is: values are strings, numbers, lists and maps of such, or null. */
    public BenchmarkRecord machine(Map<String, Object> machine) {
        data.put("machine", new HashMap<>(machine));
        return this;
    }

    /** Of /proc/self/status and smaps_rollup, in KiB; null where the phone does not tell. */
    public BenchmarkRecord memory(Long hwmAfterLoad, Long hwm, Long pss, Long privateDirty) {
        memory.put("hwm_after_load_kib", hwmAfterLoad);
        memory.put("hwm_kib", hwm);
        memory.put("pss_kib", pss);
        memory.put("private_dirty_kib", privateDirty);
        data.put("memory", memory);
        return this;
    }

    /** Milliseconds from a file to its gray picture, and from that to the model's size: medians. */
    public BenchmarkRecord reading(double decodeMs, double resizeMs) {
        times.put("decode_ms", decodeMs);
        times.put("resize_ms", resizeMs);
        return this;
    }

    /** "busy", "throttled", ...: shown wherever the record is. */
    public BenchmarkRecord flag(String flag) {
        flags.add(flag);
        return this;
    }

    /** One line. */
    public String toJson() {
        return Json.write(data);
    }

    private static Map<String, Object> timesOf(Benchmark times) {
        Map<String, Object> said = new TreeMap<>();
        double[] steady = times.steadyMs;
        said.put("load_ms", times.loadMs);
        said.put("first_ms", times.firstMs);
        said.put("steady_ms", steady);
        said.put("warmup_runs", times.warmupRuns);
        said.put("p50_ms", Benchmark.quantile(steady, 0.5));
        said.put("p90_ms", Benchmark.quantile(steady, 0.9));
        said.put("p99_ms", Benchmark.quantile(steady, 0.99));
        said.put("min_ms", Benchmark.quantile(steady, 0));
        said.put("sd_ms", Benchmark.deviation(steady));
        said.put("decode_ms", null);
        said.put("resize_ms", null);
        return said;
    }

    private static String iso(Date when) {
        SimpleDateFormat format = new SimpleDateFormat("yyyy-MM-dd'T'HH:mm:ss'Z'", Locale.ROOT);
        format.setTimeZone(TimeZone.getTimeZone("UTC"));
        return format.format(when);
    }
}
