package org.cxredge.demo;

import android.content.ContentProvider;
import android.content.ContentValues;
import android.content.Context;
import android.database.Cursor;
import android.database.MatrixCursor;
import android.net.Uri;
import android.os.ParcelFileDescriptor;
import android.provider.OpenableColumns;
import java.io.File;
import java.io.FileNotFoundException;

/**
 * The two files that pass between the app and another, each granted one by one: a photograph
 * that the camera app writes, and a result's picture that somebody shares.
 *
 * <p>They lie in the app's own cache, as long as a film of the session or a screen refers to them.
 */
public final class TemporaryFiles extends ContentProvider {
    static final String AUTHORITY = "org.cxredge.demo.files";

    private static long last; // the number that was given last: its file may not be written yet
    static boolean started; // whether a screen has been in this process; set by tests alone

    /** A fresh address; `kind` is "photograph", which may be written, or "result". */
    static Uri fresh(Context context, String kind) {
        File folder = folder(context);
        folder.mkdirs();
        last = Math.max(last + 1, System.currentTimeMillis());
        while (new File(folder, name(kind, last)).exists()) {
            last++;
        }
        return Uri.parse("content://" + AUTHORITY + "/" + name(kind, last));
    }

    static File file(Context context, Uri uri) {
        return new File(folder(context), String.valueOf(uri.getLastPathSegment()));
    }

    /** Removes all, also what screens refer to: somebody wants it gone. */
    static void clear(Context context) {
        HeldFiles.forget(context);
        for (File file : files(context)) {
            file.delete();
        }
    }

    /** Removes what neither a film of the session nor a screen refers to. */
    static void prune(Context context) {
        for (File file : files(context)) {
            boolean held = HeldFiles.held(context, file.getName());
            if (!held && !Session.ONE.refers(file.getName())) {
                file.delete();
            }
        }
    }

    /**
     * The first screen of a process removes what an ended one left behind. Not the process itself:
     * Android may start it for an app that reads what was shared with it before.
     */
    static void start(Context context) {
        if (!started) {
            started = true;
            prune(context);
        }
    }

    private static File[] files(Context context) {
        File[] files = folder(context).listFiles();
        return files == null ? new File[0] : files;
    }

    private static File folder(Context context) {
        return new File(context.getCacheDir(), "passing");
    }

    private static String name(String kind, long number) {
        return kind + "-" + number + ("result".equals(kind) ? ".png" : ".jpg");
    }

    @Override
    public boolean onCreate() {
        return true;
    }

    @Override
    public ParcelFileDescriptor openFile(Uri uri, String mode) throws FileNotFoundException {
        String name = String.valueOf(uri.getLastPathSegment());
        if (uri.getPathSegments().size() != 1
                || !name.matches("(photograph|result)-[0-9]{1,18}\\.(jpg|png)")) {
            throw new FileNotFoundException("there is no such file");
        }
        boolean write = mode.contains("w");
        if (write && !name.startsWith("photograph")) {
            throw new FileNotFoundException("a result is read only");
        }
        return ParcelFileDescriptor.open(
                file(getContext(), uri), ParcelFileDescriptor.parseMode(write ? "rwt" : "r"));
    }

    @Override
    public String getType(Uri uri) {
        return String.valueOf(uri.getLastPathSegment()).endsWith(".png")
                ? "image/png" : "image/jpeg";
    }

    @Override
    public Cursor query(Uri uri, String[] columns, String where, String[] values, String order) {
        String[] known = {OpenableColumns.DISPLAY_NAME, OpenableColumns.SIZE};
        MatrixCursor rows = new MatrixCursor(columns == null ? known : columns, 1);
        MatrixCursor.RowBuilder row = rows.newRow();
        for (String column : rows.getColumnNames()) {
            if (OpenableColumns.DISPLAY_NAME.equals(column)) {
                row.add(uri.getLastPathSegment());
            } else if (OpenableColumns.SIZE.equals(column)) {
                row.add(file(getContext(), uri).length());
            } else {
                row.add(null);
            }
        }
        return rows;
    }

    @Override
    public Uri insert(Uri uri, ContentValues values) {
        throw new UnsupportedOperationException("nothing can be put in here");
    }

    @Override
    public int delete(Uri uri, String where, String[] values) {
        throw new UnsupportedOperationException("nothing can be deleted here");
    }

    @Override
    public int update(Uri uri, ContentValues values, String where, String[] arguments) {
        throw new UnsupportedOperationException("nothing can be changed here");
    }
}
