package org.cxredge.demo;

import android.content.ContentResolver;
import android.content.Context;
import android.database.Cursor;
import android.net.Uri;
import android.provider.OpenableColumns;
import java.io.IOException;
import java.io.InputStream;
import org.cxredge.core.Film;
import org.cxredge.core.FilmReader;
import org.cxredge.core.ReadException;

/** Films by the addresses that other apps hand over. Nothing is copied to a file. */
final class Films {
    private Films() {}

    /** The film at its full size. Raises `ReadException` with what is wrong with it. */
    static Film read(ContentResolver resolver, Uri uri) throws ReadException {
        try (InputStream in = resolver.openInputStream(uri)) {
            if (in == null) {
                throw new ReadException(ReadException.Why.CANNOT_OPEN, "");
            }
            return FilmReader.read(FilmReader.held(in), new PhoneDecoding());
        } catch (IOException | RuntimeException error) {
            // Another app's provider answers, and hands over whatever it fails with.
            throw new ReadException(ReadException.Why.CANNOT_OPEN, "");
        } catch (OutOfMemoryError error) {
            throw new ReadException(ReadException.Why.TOO_LARGE, "");
        }
    }

    /** What its owner calls the film, for people. */
    static String name(Context context, Uri uri) {
        if (TemporaryFiles.AUTHORITY.equals(uri.getAuthority())) {
            return context.getString(R.string.photograph);
        }
        String[] wanted = {OpenableColumns.DISPLAY_NAME};
        try (Cursor row = context.getContentResolver().query(uri, wanted, null, null, null)) {
            if (row != null && row.moveToFirst() && row.getString(0) != null) {
                return row.getString(0);
            }
        } catch (RuntimeException error) {
            // It need not answer: the address serves then.
        }
        String last = uri.getLastPathSegment();
        return last == null ? context.getString(R.string.unnamed) : last;
    }

    /** One line that says what to do. */
    static String said(Context context, ReadException error) {
        switch (error.why) {
            case EMPTY:
                return context.getString(R.string.error_empty);
            case FOREIGN:
                String kind = error.detail.replaceFirst("^an? ", "");
                return Words.say(context, R.string.error_foreign, kind);
            case NOT_A_PICTURE:
                return context.getString(R.string.error_not_a_picture);
            case TOO_LARGE:
                return context.getString(R.string.error_too_large);
            case NO_PIXELS:
                return context.getString(R.string.error_no_pixels);
            case UNSUPPORTED:
                return Words.say(context, R.string.error_unsupported, error.detail);
            case CANNOT_OPEN:
                return context.getString(R.string.error_cannot_open);
            default:
                return context.getString(R.string.error_damaged);
        }
    }
}
