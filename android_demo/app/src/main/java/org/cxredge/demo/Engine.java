package org.cxredge.demo;

import android.content.Context;
import android.content.res.AssetFileDescriptor;
import android.content.res.AssetManager;
import android.os.Handler;
import android.os.Looper;
import android.util.Log;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.cxredge.core.Golden;
import org.cxredge.core.ModelException;
import org.cxredge.core.ModelException.Why;
import org.cxredge.core.ModelFile;

/**
 * The process's one model and interpreter, and the one thread that uses them.
 *
 * <p>Nothing is answered before every golden input has given its known outputs.
 */
final class Engine {
    static final String MODEL = "cxr-mobilenetv2-int8.tflite";
    /** What an interpreter is held to: first what XNNPACK gives, then what others may. */
    static final String[] FAMILIES = {"litert_xnnpack", "other"};

    enum State { CHECKING, READY, REFUSED }

    /** How the self-check ended; not to be changed. */
    static final class Check {
        final State state;
        final ModelFile file; // null where it could not be opened
        final List<Golden.Result> results;
        final String family;
        final ModelException why; // of a refusal, else null

        Check(State state, ModelFile file, List<Golden.Result> results, String family,
                ModelException why) {
            this.state = state;
            this.file = file;
            this.results = results;
            this.family = family;
            this.why = why;
        }
    }

    /** Where the model lies. */
    interface Source {
        ByteBuffer open() throws IOException;
    }

    /** Replaced by tests alone. */
    static Engine one;

    final ExecutorService worker = Executors.newSingleThreadExecutor();
    private final Handler main = new Handler(Looper.getMainLooper());
    private final List<Runnable> listeners = new ArrayList<>();
    private final Context context;
    private final Source source;
    private volatile Check check = checking();
    private volatile JpegCheck jpeg;
    private TfliteGraph graph; // the worker's alone; null before and after a failed self-check

    Engine(Context context, Source source) {
        this.context = context.getApplicationContext();
        this.source = source;
    }

    /** The process's engine; its first caller starts the self-check. For the main thread. */
    static Engine of(Context context) {
        if (one == null) {
            AssetManager assets = context.getApplicationContext().getAssets();
            one = new Engine(context, () -> mapped(assets));
            one.recheck(new Settings(context).threads());
        }
        return one;
    }

    Check check() {
        return check;
    }

    /** How the phone's JPEG decoder compares; null until it was tried. */
    JpegCheck jpeg() {
        return jpeg;
    }

    /** Opens the model anew and runs all golden inputs, off the main thread. */
    void recheck(int threads) {
        check = checking();
        tell();
        worker.execute(() -> {
            check = checked(threads);
            jpeg = JpegCheck.tried(context, this);
            tell();
        });
    }

    /** The interpreter, for the worker thread. Raises where the self-check failed. */
    TfliteGraph graph() throws ModelException {
        if (graph == null) {
            throw check.why != null ? check.why
                    : new ModelException(Why.UNCHECKED, "no self-check was passed");
        }
        return graph;
    }

    /** `listener` runs on the main thread whenever `check` has changed. */
    void listen(Runnable listener) {
        listeners.add(listener);
    }

    void leave(Runnable listener) {
        listeners.remove(listener);
    }

    private void tell() {
        main.post(() -> {
            for (Runnable listener : new ArrayList<>(listeners)) {
                listener.run();
            }
        });
    }

    private static Check checking() {
        return new Check(State.CHECKING, null, Collections.<Golden.Result>emptyList(), null, null);
    }

    private Check checked(int threads) {
        ModelFile file = null;
        List<Golden.Result> results = Collections.emptyList();
        try {
            close();
            file = ModelFile.open(source.open());
            graph = new TfliteGraph(file, threads);
            for (String family : FAMILIES) {
                results = Golden.check(file, graph, family);
                if (passed(results)) {
                    return new Check(State.READY, file, results, family, null);
                }
            }
            close();
            return new Check(State.REFUSED, file, results, FAMILIES[1], worst(results));
        } catch (ModelException error) {
            return refused(file, results, error);
        } catch (IOException | RuntimeException error) {
            return refused(file, results,
                    new ModelException(Why.CANNOT_OPEN, String.valueOf(error), error));
        }
    }

    private Check refused(ModelFile file, List<Golden.Result> results, ModelException why) {
        close();
        Log.e("cxr-edge", "the self-check failed", why); // in English, with what caused it
        return new Check(State.REFUSED, file, results, null, why);
    }

    private void close() {
        if (graph != null) {
            graph.close();
            graph = null;
        }
    }

    /** The model where it lies in the APK: stored there, so that it is mapped, not read. */
    static ByteBuffer mapped(AssetManager assets) throws IOException {
        try (AssetFileDescriptor place = assets.openFd(MODEL);
                FileInputStream in = new FileInputStream(place.getFileDescriptor())) {
            return in.getChannel()
                    .map(FileChannel.MapMode.READ_ONLY, place.getStartOffset(), place.getLength());
        }
    }

    private static boolean passed(List<Golden.Result> results) {
        for (Golden.Result result : results) {
            if (!result.passed) {
                return false;
            }
        }
        return !results.isEmpty();
    }

    private static ModelException worst(List<Golden.Result> results) {
        for (Golden.Result result : results) {
            if (!result.passed) {
                return new ModelException(Why.OFF,
                        result.name + ": " + result.output + " is off", result.name, result.output);
            }
        }
        return new ModelException(Why.UNCHECKED, "no golden input");
    }
}
