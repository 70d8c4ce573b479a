package org.cxredge.demo;

import android.content.ContentResolver;
import android.content.Context;
import android.net.Uri;
import android.os.Handler;
import android.os.Looper;
import android.os.SystemClock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.cxredge.core.Corners;
import org.cxredge.core.Film;
import org.cxredge.core.ModelException;
import org.cxredge.core.Perspective;
import org.cxredge.core.ReadException;

/**
 * The films of this run of the app, newest first: in memory, nowhere else.
 *
 * <p>For the main thread; what a film costs is done on the engine's.
 */
final class Session {
    static final int MOST = 20; // each holds a picture of up to 4 MB

    /** One film: where it is, and what came of it. */
    static final class Entry {
        final int id;
        final Uri uri;
        final String name;
        final double[] corners; // of a cropped film: eight numbers, else null
        Analysis analysis; // null until there is one
        String error; // what went wrong, else null

        private Entry(int id, Uri uri, String name, double[] corners) {
            this.id = id;
            this.uri = uri;
            this.name = name;
            this.corners = corners;
        }

        boolean waiting() {
            return analysis == null && error == null;
        }
    }

    static final Session ONE = new Session();

    private final Handler main = new Handler(Looper.getMainLooper());
    private final List<Entry> entries = new ArrayList<>();
    private final List<Runnable> listeners = new ArrayList<>();
    private int last;

    private Session() {}

    List<Entry> entries() {
        return new ArrayList<>(entries);
    }

    /**
     * Null where the process was ended meanwhile, or the film was forgotten. A new process counts
     * anew: what a number meant to the one before it may be another film now.
     */
    Entry entry(int id, Uri uri, double[] corners) {
        for (Entry entry : entries) {
            if (entry.id == id && entry.uri.equals(uri)
                    && Arrays.equals(entry.corners, corners)) {
                return entry;
            }
        }
        return null;
    }

    /** Puts a film first and begins to read it; `corners` as `Corners.toArray`, or null. */
    Entry add(Context context, Uri uri, double[] corners) {
        String name = Films.name(context, uri);
        if (corners != null) {
            name = Words.say(context, R.string.cropped, name);
        }
        Entry entry = new Entry(++last, uri, name, corners);
        entries.add(0, entry);
        while (entries.size() > MOST) {
            entries.remove(entries.size() - 1);
        }
        Context app = context.getApplicationContext();
        Engine engine = Engine.of(context);
        engine.worker.execute(() -> read(app, engine, entry));
        tell();
        return entry;
    }

    void clear() {
        entries.clear();
        tell();
    }

    /** `listener` runs on the main thread whenever a film came, was answered or went. */
    void listen(Runnable listener) {
        listeners.add(listener);
    }

    void leave(Runnable listener) {
        listeners.remove(listener);
    }

    private void tell() {
        for (Runnable listener : new ArrayList<>(listeners)) {
            listener.run();
        }
    }

    private void read(Context context, Engine engine, Entry entry) {
        Analysis found = null;
        String error = null;
        try {
            TfliteGraph graph = engine.graph();
            long begun = SystemClock.elapsedRealtimeNanos();
            Film film = film(context.getContentResolver(), entry.uri, entry.corners);
            found = Analysis.of(graph, film, begun);
        } catch (ReadException unread) {
            error = Films.said(context, unread);
        } catch (ModelException wrong) {
            error = Words.say(context, R.string.error_model, wrong.getMessage());
        } catch (OutOfMemoryError full) {
            error = context.getString(R.string.error_too_large);
        }
        Analysis analysis = found;
        String said = error;
        main.post(() -> {
            entry.analysis = analysis;
            entry.error = said;
            tell();
        });
    }

    private static Film film(ContentResolver resolver, Uri uri, double[] corners)
            throws ReadException {
        Film film = Films.read(resolver, uri);
        if (corners == null) {
            return film;
        }
        return Perspective.straighten(film, Corners.of(film.width, film.height, corners));
    }
}
