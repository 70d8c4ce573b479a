package org.cxredge.demo;

import android.content.ContentResolver;
import android.content.Context;
import android.net.Uri;
import android.os.Handler;
import android.os.Looper;
import android.os.SystemClock;
import java.nio.ByteBuffer;
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

    /** One film of the session: where it is, and what came of it. For the main thread. */
    static final class Entry {
        final int id;
        final Uri uri;
        final double[] corners; // of a cropped film: eight numbers, else null
        final List<Uri> shared = new ArrayList<>(); // files in passing that hold its result
        String name; // what its owner calls it; null until that is told, or where it has none
        Analysis analysis; // null until there is one
        Exception failure; // a ReadException or a ModelException, else null
        ResultSharing sharing; // that has been asked for and did not begin yet, else null
        int screens; // that show it now
        volatile boolean forgotten; // whether it left the session: it is not read any more

        private Entry(int id, Uri uri, double[] corners) {
            this.id = id;
            this.uri = uri;
            this.corners = corners;
        }

        boolean waiting() {
            return analysis == null && failure == null;
        }

        /** Whether the camera app took it for this one. */
        boolean photograph() {
            return TemporaryFiles.AUTHORITY.equals(uri.getAuthority());
        }

        /** For people, in the language that the phone has now. */
        String name(Context context) {
            String plain = name != null ? name
                    : context.getString(photograph() ? R.string.photograph : R.string.unnamed);
            return corners == null ? plain : Words.say(context, R.string.cropped, plain);
        }

        /** What went wrong, in one line; null where nothing did. */
        String said(Context context) {
            return failure == null ? null : Failures.said(context, failure);
        }

        boolean refers(String file) {
            boolean refers = photograph() && file.equals(uri.getLastPathSegment());
            for (Uri one : shared) {
                refers |= file.equals(one.getLastPathSegment());
            }
            return refers;
        }
    }

    static final Session ONE = new Session();

    private final Handler main = new Handler(Looper.getMainLooper());
    private final List<Entry> entries = new ArrayList<>();
    private final List<Runnable> listeners = new ArrayList<>();
    final FilmQueue queue = new FilmQueue();
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
        Entry entry = new Entry(++last, uri, corners);
        entries.add(0, entry);
        Context app = context.getApplicationContext();
        if (evict()) {
            TemporaryFiles.prune(app);
        }
        ContentResolver resolver = app.getContentResolver();
        Engine engine = Engine.of(context);
        queue.add(engine, resolver, uri, () -> entry.forgotten,
                (file, failure, nanos) -> answer(engine, entry, file, failure, nanos));
        if (!entry.photograph()) { // nobody needs to be asked what the app's own is called
            Errands.NAMES.run(() -> Films.name(resolver, uri), name -> {
                entry.name = name;
                tell();
            });
        }
        tell();
        return entry;
    }

    /** The oldest go, but for those that a screen shows; whether one went. */
    private boolean evict() {
        int before = entries.size();
        for (int i = before - 1; i > 0 && entries.size() > MOST; i--) {
            if (entries.get(i).screens == 0) {
                entries.remove(i).forgotten = true;
            }
        }
        return entries.size() < before;
    }

    /** Whether a film of the session refers to this file in passing. */
    boolean refers(String file) {
        for (Entry entry : entries) {
            if (entry.refers(file)) {
                return true;
            }
        }
        return false;
    }

    void clear() {
        for (Entry entry : entries) {
            entry.forgotten = true;
        }
        entries.clear();
        queue.restart();
        tell();
    }

    /** `listener` runs on the main thread whenever a film came, was answered or went. */
    void listen(Runnable listener) {
        listeners.add(listener);
    }

    void leave(Runnable listener) {
        listeners.remove(listener);
    }

    /** Something of a film has changed. */
    void tell() {
        for (Runnable listener : new ArrayList<>(listeners)) {
            listener.run();
        }
    }

    private void answer(
            Engine engine, Entry entry, ByteBuffer file, ReadException unread, long nanos) {
        Analysis found = null;
        Exception failure = unread;
        try {
            TfliteGraph graph = engine.graph();
            if (unread == null) {
                long begun = SystemClock.elapsedRealtimeNanos() - nanos;
                found = Analysis.of(graph, film(file, entry.corners), begun);
            }
        } catch (ReadException | ModelException error) {
            failure = error;
        } catch (OutOfMemoryError full) {
            failure = new ReadException(ReadException.Why.NO_MEMORY, "");
        }
        Analysis analysis = found;
        Exception why = failure;
        main.post(() -> {
            entry.analysis = analysis;
            entry.failure = why;
            tell();
        });
    }

    private static Film film(ByteBuffer file, double[] corners) throws ReadException {
        Film film = Films.decode(file);
        if (corners == null) {
            return film;
        }
        return Perspective.straighten(film, Corners.of(film.width, film.height, corners));
    }
}
