package org.cxredge.demo;

import android.content.Context;
import android.content.SharedPreferences;

/** What a person chose; beside the counts of `HeldFiles` the only thing that the app keeps. */
final class Settings {
    static final int[] THREADS = {1, 2, 4};
    /** Raised when the first screen says something new, so that it is shown once more. */
    private static final int WORDS = 1;

    private final SharedPreferences kept;

    Settings(Context context) {
        kept = context.getSharedPreferences("settings", Context.MODE_PRIVATE);
    }

    /** Whether somebody has accepted the first screen, of whatever model. */
    boolean accepted() {
        return kept.getInt("accepted", 0) == WORDS;
    }

    /** Whether that was of this model: another one is wrong at other times. */
    boolean accepted(String digest) {
        return accepted() && digest.equals(kept.getString("accepted_model", null));
    }

    void accept(String digest) {
        kept.edit().putInt("accepted", WORDS).putString("accepted_model", digest).apply();
    }

    /** Whether screens are kept out of screenshots. */
    boolean secure() {
        return kept.getBoolean("secure", false);
    }

    void setSecure(boolean secure) {
        kept.edit().putBoolean("secure", secure).apply();
    }

    int threads() {
        return kept.getInt("threads", THREADS[1]);
    }

    void setThreads(int threads) {
        kept.edit().putInt("threads", threads).apply();
    }

    /** Opacity of heat maps, 0 to 100. */
    int opacity() {
        return kept.getInt("opacity", 80);
    }

    void setOpacity(int opacity) {
        kept.edit().putInt("opacity", opacity).apply();
    }
}
