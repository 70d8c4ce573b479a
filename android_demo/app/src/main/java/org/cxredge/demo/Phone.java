package org.cxredge.demo;

import android.content.Context;
import android.content.Intent;
import android.content.IntentFilter;
import android.os.BatteryManager;
import android.os.Build;
import java.io.BufferedReader;
import java.io.FileReader;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** What a benchmark record says of the phone; null where it does not tell. No serial number. */
final class Phone {
    private Phone() {}

    /** What does not change in a run. */
    static Map<String, Object> machine() {
        Map<String, Object> android = new HashMap<>();
        android.put("model", Build.MODEL);
        android.put("soc", Newer.soc());
        android.put("platform", Build.BOARD);
        android.put("abis", String.join(",", Arrays.asList(Build.SUPPORTED_ABIS)));
        android.put("release", Build.VERSION.RELEASE);
        android.put("sdk", String.valueOf(Build.VERSION.SDK_INT));
        Map<String, Object> machine = new HashMap<>();
        machine.put("android", android);
        machine.put("cpu", Build.HARDWARE);
        machine.put("cores", Runtime.getRuntime().availableProcessors());
        machine.put("machine", System.getProperty("os.arch"));
        machine.put("system", "Linux " + System.getProperty("os.version"));
        machine.put("memory_kib", kib("/proc/meminfo", "MemTotal"));
        return machine;
    }

    /** What does: heat and battery, at this moment. */
    static Map<String, Object> state(Context context) {
        Map<String, Object> state = new HashMap<>();
        state.put("thermal_status", Newer.thermalStatus(context));
        state.put("available_kib", kib("/proc/meminfo", "MemAvailable"));
        Intent battery = context.registerReceiver(
                null, new IntentFilter(Intent.ACTION_BATTERY_CHANGED));
        if (battery != null) {
            int level = battery.getIntExtra(BatteryManager.EXTRA_LEVEL, -1);
            int scale = battery.getIntExtra(BatteryManager.EXTRA_SCALE, -1);
            int tenths = battery.getIntExtra(BatteryManager.EXTRA_TEMPERATURE, -1);
            state.put("battery_percent", level < 0 || scale < 1 ? null : 100 * level / scale);
            state.put("battery_celsius", tenths < 0 ? null : tenths / 10.0);
            state.put("charging", battery.getIntExtra(BatteryManager.EXTRA_PLUGGED, 0) != 0);
        }
        return state;
    }

    /** A line `NAME: 123 kB` of a file in /proc. */
    static Long kib(String file, String name) {
        try (BufferedReader lines = new BufferedReader(new FileReader(file))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith(name + ":")) {
                    return Long.parseLong(line.replaceAll("[^0-9]", ""));
                }
            }
        } catch (IOException | NumberFormatException error) {
            // Not told.
        }
        return null;
    }
}
