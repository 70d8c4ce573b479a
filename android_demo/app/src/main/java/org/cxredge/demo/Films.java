package org.cxredge.demo;

import android.content.ContentResolver;
import android.database.Cursor;
import android.net.Uri;
import android.provider.OpenableColumns;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.cxredge.core.Film;
import org.cxredge.core.FilmReader;
import org.cxredge.core.ReadException;

/** Films by the addresses that other apps hand over. Nothing is copied to a file. */
final class Films {
    private static final int LONGEST = 120; // characters of a name

    private Films() {}

    /** All of a film's bytes from whoever has it, who may take their time. */
    static ByteBuffer fetch(ContentResolver resolver, Uri uri) throws ReadException {
        try (InputStream in = resolver.openInputStream(uri)) {
            if (in == null) {
                throw new ReadException(ReadException.Why.CANNOT_OPEN, "");
            }
            return FilmReader.held(in);
        } catch (IOException | RuntimeException error) {
            // Another app's provider answers, and hands over whatever it fails with.
            throw new ReadException(ReadException.Why.CANNOT_OPEN, "");
        }
    }

    /** The film at its full size. Raises `ReadException` with what is wrong with it. */
    static Film decode(ByteBuffer file) throws ReadException {
        try {
            return FilmReader.read(file, new PhoneDecoding());
        } catch (OutOfMemoryError error) {
            throw new ReadException(ReadException.Why.NO_MEMORY, "");
        }
    }

    /**
     * What its owner calls the film, for people; null where it has no name. Another app answers,
     * when it likes: not for the main thread.
     */
    static String name(ContentResolver resolver, Uri uri) {
        String[] wanted = {OpenableColumns.DISPLAY_NAME};
        try (Cursor row = resolver.query(uri, wanted, null, null, null)) {
            if (row != null && row.moveToFirst() && row.getString(0) != null) {
                return plain(row.getString(0));
            }
        } catch (RuntimeException error) {
            // It need not answer: the address serves then.
        }
        return plain(uri.getLastPathSegment());
    }

    /** One short line: a name comes from another app, and is shared beside the answer. */
    private static String plain(String name) {
        if (name == null) {
            return null;
        }
        String line = name.replaceAll("[\\s\\p{Cntrl}\\p{Cf}\\p{Zl}\\p{Zp}]+", " ").trim();
        return line.isEmpty() ? null : line.replaceFirst("^(.{" + LONGEST + "}).*", "$1");
    }
}
