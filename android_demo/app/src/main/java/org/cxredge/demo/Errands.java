package org.cxredge.demo;

import android.os.Handler;
import android.os.Looper;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What another app or the storage may hold up, so that neither the screen nor the model waits.
 *
 * <p>Threads of their own for each kind: a provider that never answers takes one of the names'
 * threads, and no picture that is to be shared.
 */
final class Errands {
    static final Errands NAMES = new Errands(4);
    static final Errands PICTURES = new Errands(1);

    private final Handler main = new Handler(Looper.getMainLooper());
    private final Executor threads;

    private Errands(int most) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                most, most, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>());
        pool.allowCoreThreadTimeOut(true); // an app that nobody looks at keeps none
        threads = pool;
    }

    /** Does `work` on another thread, then gives what came of it to `then` on the main one. */
    <T> void run(Supplier<T> work, Consumer<T> then) {
        threads.execute(() -> {
            T found = work.get();
            main.post(() -> then.accept(found));
        });
    }
}
