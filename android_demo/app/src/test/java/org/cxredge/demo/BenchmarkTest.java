package org.cxredge.demo;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import android.content.Intent;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import org.cxredge.core.Json;
import org.junit.Test;
import org.robolectric.Robolectric;
import org.robolectric.RuntimeEnvironment;
import org.robolectric.android.controller.ActivityController;

/** The intent that adb starts. The record is read by Python's own reader afterwards. */
public final class BenchmarkTest extends ScreenTests {
    private static File record() {
        return new File(
                RuntimeEnvironment.getApplication().getExternalFilesDir(null),
                BenchmarkActivity.FILE);
    }

    private static String measured(int runs, int threads) throws Exception {
        record().delete();
        Intent intent = new Intent(RuntimeEnvironment.getApplication(), BenchmarkActivity.class)
                .putExtra("runs", runs).putExtra("threads", threads);
        try (ActivityController<BenchmarkActivity> controller =
                Robolectric.buildActivity(BenchmarkActivity.class, intent).setup()) {
            draw(controller.get(), "benchmark");
            until("the record", () -> controller.get().isFinishing());
        }
        return new String(Files.readAllBytes(record().toPath()), StandardCharsets.UTF_8);
    }

    @Test
    @SuppressWarnings("unchecked")
    public void aRecordIsWrittenWhole() throws Exception {
        Map<String, Object> record = (Map<String, Object>) Json.parse(measured(7, 2));
        assertEquals(2, ((Number) record.get("schema")).intValue());
        assertEquals(true, record.get("golden"));
        Map<String, Object> times = (Map<String, Object>) record.get("times");
        assertEquals(7, ((List<Object>) times.get("steady_ms")).size());
        Map<String, Object> runtime = (Map<String, Object>) record.get("runtime");
        assertEquals("xnnpack", runtime.get("delegate"));
        assertEquals(2, ((Number) runtime.get("threads")).intValue());
        Map<String, Object> machine = (Map<String, Object>) record.get("machine");
        assertEquals("34", ((Map<String, Object>) machine.get("android")).get("sdk"));
        assertTrue(((Map<String, Object>) machine.get("after")).containsKey("thermal_status"));
        assertFalse(new File(record().getPath() + ".part").exists());
        File kept = new File(System.getProperty("cxr.out"), BenchmarkActivity.FILE);
        Files.copy(record().toPath(), kept.toPath(), StandardCopyOption.REPLACE_EXISTING);
    }
}
