package org.cxredge.demo;

import android.os.Bundle;
import android.util.Log;
import android.view.WindowManager;
import android.widget.TextView;
import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Date;
import java.util.Map;
import org.cxredge.core.Benchmark;
import org.cxredge.core.BenchmarkRecord;
import org.cxredge.core.Golden;
import org.cxredge.core.Json;
import org.cxredge.core.ModelException;
import org.cxredge.core.ModelFile;

/**
 * Measures the model as `edge_runtime.probe` does, writes `benchmark.json` and ends.
 *
 * <p>`adb shell am start -n org.cxredge.demo/.BenchmarkActivity --ei runs 50 --ei threads 4`;
 * the record lies in the app's folder of external files, which adb can read. The screen stays on:
 * Android slows down what is not in front. It takes no film and gives no answer.
 */
public final class BenchmarkActivity extends Screen {
    static final String FILE = "benchmark.json";
    private static final int MOST_RUNS = 10_000;
    private static final int MOST_THREADS = 16;

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        setContentView(R.layout.benchmark);
        setTitle(R.string.benchmark);
        getWindow().addFlags(WindowManager.LayoutParams.FLAG_KEEP_SCREEN_ON);
        if (state != null) {
            finish(); // made anew: nothing of the measurement is left that would end this screen
            return;
        }
        int runs = within(getIntent().getIntExtra("runs", 50), MOST_RUNS);
        int threads = within(getIntent().getIntExtra("threads", 1), MOST_THREADS);
        ((TextView) findViewById(R.id.benchmark)).setText(
                Words.say(this, R.string.benchmark_text, runs, threads));
        new Thread(() -> {
            write(measured(runs, threads));
            runOnUiThread(this::finish);
        }, "benchmark").start();
    }

    private static int within(int asked, int most) {
        return Math.max(1, Math.min(asked, most));
    }

    /** The record as JSON, or `{"error": ...}`. */
    private String measured(int runs, int threads) {
        try {
            Map<String, Object> machine = Phone.machine();
            machine.put("before", Phone.state(this));
            Date started = new Date();
            long begun = System.nanoTime();
            ByteBuffer mapped = Engine.mapped(getAssets());
            ModelFile file = ModelFile.open(mapped);
            try (TfliteGraph graph = new TfliteGraph(file, threads)) {
                double loadMs = (System.nanoTime() - begun) / 1e6;
                Long loaded = Phone.kib("/proc/self/status", "VmHWM");
                byte[] pixels = file.golden.items.get(0).pixels(file.contract.inputSize);
                Benchmark times = Benchmark.measure(graph, pixels, loadMs, runs);
                Long ran = Phone.kib("/proc/self/status", "VmHWM");
                machine.put("after", Phone.state(this));
                String family = family(file, graph);
                BenchmarkRecord record = new BenchmarkRecord(
                        file.contract, ModelFile.sha256(mapped), mapped.limit(), times,
                        family != null, started);
                record.runtime("tensorflow-lite-android", TfliteGraph.version(),
                        Engine.FAMILIES[0].equals(family) ? "xnnpack" : "unknown", threads);
                record.memory(loaded, ran, Phone.kib("/proc/self/smaps_rollup", "Pss"),
                        Phone.kib("/proc/self/smaps_rollup", "Private_Dirty"));
                Integer heat = Newer.thermalStatus(this);
                if (heat != null && heat > 0) {
                    record.flag("throttled");
                }
                return record.machine(machine).toJson();
            }
        } catch (ModelException | IOException error) {
            return Json.write(Collections.singletonMap("error", error.getMessage()));
        }
    }

    /** Whose tolerance the golden inputs were within; null where within nobody's. */
    private static String family(ModelFile file, TfliteGraph graph) throws ModelException {
        for (String family : Engine.FAMILIES) {
            boolean passed = true;
            for (Golden.Result result : Golden.check(file, graph, family)) {
                passed &= result.passed;
            }
            if (passed) {
                return family;
            }
        }
        return null;
    }

    /** Whole or not at all: whoever waits for the record may read at any moment. */
    private void write(String json) {
        File folder = getExternalFilesDir(null);
        if (folder == null) {
            Log.e("cxr-edge", "there is no folder to write " + FILE + " to");
            return;
        }
        File half = new File(folder, FILE + ".part");
        try (OutputStream out = new FileOutputStream(half)) {
            out.write(json.getBytes(StandardCharsets.UTF_8));
        } catch (IOException error) {
            Log.e("cxr-edge", FILE + " cannot be written", error);
            return;
        }
        if (!half.renameTo(new File(folder, FILE))) {
            Log.e("cxr-edge", FILE + " cannot be put in its place");
        }
    }
}
