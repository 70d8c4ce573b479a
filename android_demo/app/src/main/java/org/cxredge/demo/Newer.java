package org.cxredge.demo;

import android.annotation.TargetApi;
import android.content.Context;
import android.os.Build;
import android.os.PowerManager;

/** All that Android 8 does not have, each behind its question; the rest compiles without. */
@TargetApi(Build.VERSION_CODES.UPSIDE_DOWN_CAKE)
final class Newer {
    private Newer() {}

    /** The name of the system on chip; null where the phone does not tell. */
    static String soc() {
        return Build.VERSION.SDK_INT < Build.VERSION_CODES.S ? null : Build.SOC_MODEL;
    }

    /** 0 for none up to 6; null where the phone does not tell. */
    static Integer thermalStatus(Context context) {
        if (Build.VERSION.SDK_INT < Build.VERSION_CODES.Q) {
            return null;
        }
        return context.getSystemService(PowerManager.class).getCurrentThermalStatus();
    }
}
