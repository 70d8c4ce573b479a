package org.cxredge.demo;

import android.content.ContentResolver;
import android.net.Uri;
import android.os.SystemClock;
import java.nio.ByteBuffer;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import org.cxredge.core.ReadException;

/**
 * Films one after another: fetched from their apps on a thread of its own, which one of them may
 * hold up for good, and worked on by the engine's, which nobody holds up.
 *
 * <p>The next is fetched when the one before is done: never two large ones in memory. For the main
 * thread.
 */
final class FilmQueue {
    /** What is done on the engine's thread with a film's bytes, or with why there are none. */
    interface Work {
        /** `nanos` is how long fetching took. */
        void on(ByteBuffer file, ReadException failure, long nanos);
    }

    private ExecutorService fetcher = Executors.newSingleThreadExecutor();

    /** `unwanted` may turn true at any time: what is not begun then is left out. */
    void add(Engine engine, ContentResolver resolver, Uri uri, BooleanSupplier unwanted,
            Work work) {
        fetcher.execute(() -> {
            if (unwanted.getAsBoolean()) {
                return;
            }
            long begun = SystemClock.elapsedRealtimeNanos();
            ByteBuffer[] file = {null};
            ReadException failure = null;
            try {
                file[0] = Films.fetch(resolver, uri);
            } catch (ReadException error) {
                failure = error;
            }
            ReadException why = failure;
            long nanos = SystemClock.elapsedRealtimeNanos() - begun;
            finish(engine, () -> {
                if (!unwanted.getAsBoolean()) {
                    work.on(file[0], why, nanos);
                }
            });
        });
    }

    /** Goes on without the film that is being fetched: nobody waits for it any more. */
    void restart() {
        fetcher.shutdownNow();
        fetcher = Executors.newSingleThreadExecutor();
    }

    private static void finish(Engine engine, Runnable work) {
        try {
            engine.worker.submit(work).get();
        } catch (InterruptedException error) {
            Thread.currentThread().interrupt(); // by `restart`: this thread ends
        } catch (ExecutionException error) {
            throw new IllegalStateException(error.getCause()); // as it would end the worker
        }
    }
}
