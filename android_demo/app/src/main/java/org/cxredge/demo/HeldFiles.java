package org.cxredge.demo;

import android.app.Activity;
import android.app.ActivityManager;
import android.content.Context;
import android.content.SharedPreferences;
import android.net.Uri;

/**
 * How many screens refer to each file in passing, counted beyond the end of a process.
 *
 * <p>Android ends processes whose screens it brings back later, with a photograph's address and no
 * film in memory. A screen counts from when it is first made until it is closed, and so are the
 * counts written down: they say what a new process has to keep. Names alone are written, which are
 * numbers. For the main thread.
 */
final class HeldFiles {
    private static final String KEPT = "passing";

    private HeldFiles() {}

    /** Another screen refers to `uri`; addresses of other apps are nothing to keep. */
    static void hold(Context context, Uri uri) {
        count(context, uri, 1);
    }

    /** One screen less. */
    static void release(Context context, Uri uri) {
        count(context, uri, -1);
    }

    static boolean held(Context context, String name) {
        return kept(context).getInt(name, 0) > 0;
    }

    /** No screen is left, or all are to let go. */
    static void forget(Context context) {
        kept(context).edit().clear().apply();
    }

    /**
     * Whether there is a screen of this app beside the one that asks, on top or to be brought
     * back. Where there is none, whatever was counted is of a task that somebody swiped away.
     */
    static boolean others(Activity screen) {
        int screens = 0;
        ActivityManager manager = screen.getSystemService(ActivityManager.class);
        for (ActivityManager.AppTask task : manager.getAppTasks()) {
            try {
                screens += task.getTaskInfo().numActivities;
            } catch (IllegalArgumentException error) {
                // It went while it was asked for.
            }
        }
        return screens > (screen.isTaskRoot() ? 1 : 0);
    }

    private static void count(Context context, Uri uri, int more) {
        if (uri == null || !TemporaryFiles.AUTHORITY.equals(uri.getAuthority())) {
            return;
        }
        String name = TemporaryFiles.file(context, uri).getName();
        int screens = kept(context).getInt(name, 0) + more;
        SharedPreferences.Editor change = kept(context).edit();
        if (screens > 0) {
            change.putInt(name, screens).apply();
        } else {
            change.remove(name).apply();
        }
    }

    private static SharedPreferences kept(Context context) {
        return context.getSharedPreferences(KEPT, Context.MODE_PRIVATE);
    }
}
