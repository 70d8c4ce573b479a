package org.cxredge.demo;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;
import static org.robolectric.Shadows.shadowOf;

import android.app.Activity;
import android.graphics.Bitmap;
import android.graphics.BitmapFactory;
import android.graphics.Canvas;
import android.net.Uri;
import android.os.Looper;
import android.view.View;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.cxredge.core.Json;
import org.junit.After;
import org.junit.Before;
import org.junit.runner.RunWith;
import org.robolectric.RobolectricTestRunner;
import org.robolectric.RuntimeEnvironment;
import org.robolectric.annotation.Config;
import org.robolectric.annotation.GraphicsMode;

/** What tests of screens share: films by address, waiting, pictures. */
@RunWith(RobolectricTestRunner.class)
@Config(sdk = 34, qualifiers = "en-w360dp-h760dp-hdpi", shadows = Regions.class)
@GraphicsMode(GraphicsMode.Mode.NATIVE)
public abstract class ScreenTests {
    static final String[] FILMS = {"above.png", "below.png", "borderline.png", "unfamiliar.png"};
    private static final long PATIENCE_MS = 60_000; // nothing is timed: a hang shall end

    @Before
    public void accepted() {
        ready();
        Engine.Check check = Engine.of(RuntimeEnvironment.getApplication()).check();
        new Settings(RuntimeEnvironment.getApplication())
                .accept(check.file.contract.graphSha256);
    }

    @After
    public void forgotten() {
        Session.ONE.clear();
        RuntimeEnvironment.setFontScale(1);
    }

    /** A file of the tests' phantoms by an address as a picker gives it. */
    static Uri film(String name) throws IOException {
        return given(name, bytes(name));
    }

    static byte[] bytes(String film) throws IOException {
        return Files.readAllBytes(new File(System.getProperty("cxr.films"), film).toPath());
    }

    static Uri given(String name, byte[] data) {
        Uri uri = Uri.parse("content://films/" + name);
        shadowOf(RuntimeEnvironment.getApplication().getContentResolver())
                .registerInputStreamSupplier(uri, () -> new ByteArrayInputStream(data));
        return uri;
    }

    /** What edge-infer answers, by the phantom's name. */
    @SuppressWarnings("unchecked")
    static Map<String, Object> expected(String name) throws Exception {
        byte[] text = Files.readAllBytes(new File(System.getProperty("cxr.expected")).toPath());
        Map<String, Object> all =
                (Map<String, Object>) Json.parse(new String(text, StandardCharsets.UTF_8));
        return (Map<String, Object>) all.get(name);
    }

    static void ready() {
        Engine engine = Engine.of(RuntimeEnvironment.getApplication());
        until("the self-check", () -> engine.check().state != Engine.State.CHECKING);
        assertNull(engine.check().why);
        assertEquals(Engine.State.READY, engine.check().state);
    }

    /** A film of this session, read to its end. */
    static Session.Entry read(Uri uri) {
        ready();
        Session.Entry entry = Session.ONE.add(RuntimeEnvironment.getApplication(), uri, null);
        until(uri.toString(), () -> !entry.waiting() && (entry.photograph() || entry.name != null));
        return entry;
    }

    /** What is said of a film that could not be read; null where it could. */
    static String error(Session.Entry entry) {
        return entry.said(RuntimeEnvironment.getApplication());
    }

    static void until(String what, BooleanSupplier condition) {
        long end = System.currentTimeMillis() + PATIENCE_MS;
        while (!condition.getAsBoolean()) {
            assertTrue("waited in vain for " + what, System.currentTimeMillis() < end);
            try {
                Thread.sleep(5);
            } catch (InterruptedException error) {
                throw new IllegalStateException(error);
            }
            shadowOf(Looper.getMainLooper()).idle();
        }
        shadowOf(Looper.getMainLooper()).idle();
    }

    /** Draws a screen and compares it with the picture in docs/android. */
    static void draw(Activity screen, String name) throws IOException {
        shadowOf(Looper.getMainLooper()).idle();
        View all = screen.getWindow().getDecorView();
        Bitmap drawn = Bitmap.createBitmap(
                all.getWidth(), all.getHeight(), Bitmap.Config.ARGB_8888);
        all.draw(new Canvas(drawn));
        same(drawn, name);
    }

    static void same(Bitmap drawn, String name) throws IOException {
        File folder = new File(System.getProperty("cxr.pictures"));
        folder.mkdirs();
        try (OutputStream out = new FileOutputStream(new File(folder, name + ".png"))) {
            drawn.compress(Bitmap.CompressFormat.PNG, 100, out);
        }
        String wanted = System.getProperty("cxr.wanted", "");
        if (!wanted.isEmpty()) {
            File file = new File(wanted, name + ".png");
            assertTrue(file + " is not there: android_demo/build pictures", file.isFile());
            Likeness.check(BitmapFactory.decodeFile(file.getPath()), drawn, name);
        }
    }
}
