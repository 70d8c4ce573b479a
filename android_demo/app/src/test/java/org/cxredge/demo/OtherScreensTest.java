package org.cxredge.demo;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;
import static org.robolectric.Shadows.shadowOf;

import android.content.Context;
import android.content.Intent;
import android.graphics.Bitmap;
import android.graphics.Canvas;
import android.os.Bundle;
import android.os.SystemClock;
import android.view.KeyEvent;
import android.view.MotionEvent;
import android.view.View;
import android.view.WindowManager;
import android.widget.TextView;
import java.io.ByteArrayOutputStream;
import org.junit.Test;
import org.robolectric.Robolectric;
import org.robolectric.RuntimeEnvironment;
import org.robolectric.android.controller.ActivityController;

/** Crop, self-check, texts and settings. */
public final class OtherScreensTest extends ScreenTests {
    private static ActivityController<CropActivity> crop(Session.Entry entry) {
        Intent intent = new Intent(RuntimeEnvironment.getApplication(), CropActivity.class)
                .setData(entry.uri).putExtra("corners", entry.corners);
        ActivityController<CropActivity> controller =
                Robolectric.buildActivity(CropActivity.class, intent).setup();
        CropView view = controller.get().findViewById(R.id.picture);
        until("the picture", () -> view.corners() != null);
        return controller;
    }

    private static void drag(CropView view, float fromX, float fromY, float toX, float toY) {
        long now = SystemClock.uptimeMillis();
        touch(view, now, MotionEvent.ACTION_DOWN, fromX, fromY);
        touch(view, now, MotionEvent.ACTION_MOVE, toX, toY);
        touch(view, now, MotionEvent.ACTION_UP, toX, toY);
    }

    private static void touch(CropView view, long now, int what, float x, float y) {
        view.dispatchTouchEvent(MotionEvent.obtain(now, now, what, x, y, 0));
    }

    /** A film that somebody photographed askew, on a dark table. */
    private static byte[] photograph() throws Exception {
        Bitmap film = read(film("above.png")).analysis.film;
        Bitmap table = Bitmap.createBitmap(720, 900, Bitmap.Config.ARGB_8888);
        Canvas canvas = new Canvas(table);
        canvas.drawColor(0xff303030);
        canvas.rotate(6, 360, 450);
        canvas.drawBitmap(film, null, new android.graphics.Rect(90, 150, 630, 740), null);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        table.compress(Bitmap.CompressFormat.PNG, 100, out);
        Session.ONE.clear();
        return out.toByteArray();
    }

    @Test
    public void aPhotographIsCroppedToTheFilm() throws Exception {
        Session.Entry entry = read(given("photograph.png", photograph()));
        try (ActivityController<CropActivity> controller = crop(entry)) {
            CropView view = controller.get().findViewById(R.id.picture);
            float scale = Math.min((view.getWidth() - 72f) / 720, (view.getHeight() - 72f) / 900);
            float left = (view.getWidth() - 720 * scale) / 2;
            float top = (view.getHeight() - 900 * scale) / 2;
            float[][] corners = {
                {0, 0, 123, 123}, {720, 0, 660, 179}, {720, 900, 598, 766}, {0, 900, 61, 710}
            };
            for (float[] one : corners) {
                drag(view, left + one[0] * scale, top + one[1] * scale,
                        left + one[2] * scale, top + one[3] * scale);
            }
            assertEquals(123, view.corners().x(0), 2);
            assertEquals(766, view.corners().y(2), 2);
            draw(controller.get(), "crop");
            Bundle state = new Bundle();
            controller.saveInstanceState(state);
            assertEquals(123, state.getDoubleArray("corners")[0], 2);
            controller.get().findViewById(R.id.use).performClick();
            Session.Entry part = Session.ONE.entries().get(0);
            until("the part", () -> !part.waiting() && part.name != null);
            assertEquals("photograph.png, a part of it", part.name(controller.get()));
            assertEquals(540, part.analysis.width, 12);
            assertEquals(590, part.analysis.height, 12);
            assertAlike(read(film("above.png")).analysis.film, part.analysis.film);
        }
    }

    /** The straightened film is the film, but for what two resizings take from it. */
    private static void assertAlike(Bitmap film, Bitmap part) {
        Bitmap same = Bitmap.createScaledBitmap(part, film.getWidth(), film.getHeight(), true);
        long sum = 0;
        for (int y = 0; y < film.getHeight(); y++) {
            for (int x = 0; x < film.getWidth(); x++) {
                sum += Math.abs((film.getPixel(x, y) & 0xff) - (same.getPixel(x, y) & 0xff));
            }
        }
        double mean = (double) sum / (film.getWidth() * film.getHeight());
        assertTrue("grays are off by " + mean, mean < 6);
    }

    @Test
    public void cornersAreMovedByKeysToo() throws Exception {
        try (ActivityController<CropActivity> controller = crop(read(film("above.png")))) {
            CropView view = controller.get().findViewById(R.id.picture);
            view.requestFocus();
            view.dispatchKeyEvent(new KeyEvent(KeyEvent.ACTION_DOWN, KeyEvent.KEYCODE_TAB));
            view.dispatchKeyEvent(new KeyEvent(KeyEvent.ACTION_DOWN, KeyEvent.KEYCODE_DPAD_RIGHT));
            view.dispatchKeyEvent(new KeyEvent(KeyEvent.ACTION_DOWN, KeyEvent.KEYCODE_DPAD_DOWN));
            assertTrue(view.corners().x(0) > 0 && view.corners().y(0) > 0);
            assertFalse(view.corners().whole());
            controller.get().findViewById(R.id.whole).performClick();
            assertTrue(view.corners().whole());
        }
    }

    @Test
    public void theSelfCheckTellsWhatItFound() throws Exception {
        ready();
        try (ActivityController<SelfCheckActivity> controller =
                Robolectric.buildActivity(SelfCheckActivity.class).setup()) {
            SelfCheckActivity screen = controller.get();
            TextView jpeg = screen.findViewById(R.id.check_jpeg);
            until("the JPEG", () -> jpeg.getText().toString().startsWith("JPEG is decoded by"));
            JpegCheck check = JpegCheck.run(screen, Engine.of(screen));
            assertTrue(jpeg.getText().toString(), check.most <= 3 && check.mean < 0.5);
            assertTrue(check.bands && PhoneDecoding.bandsProved);
            TextView family = screen.findViewById(R.id.check_family);
            assertEquals("All integers: equal to the last bit.", family.getText().toString());
            draw(screen, "self-check");
        }
    }

    @Test
    public void aDecoderWithoutBandsIsNoticed() throws Exception {
        ready();
        Regions.blank = true;
        Context app = RuntimeEnvironment.getApplication();
        try {
            JpegCheck check = JpegCheck.run(app, Engine.of(app));
            assertFalse(check.bands || PhoneDecoding.bandsProved);
            assertTrue(check.said(app), check.said(app).contains("more than 16 megapixels are"));
        } finally {
            Regions.reset();
            assertTrue(JpegCheck.run(app, Engine.of(app)).bands);
        }
    }

    @Test
    public void textsThatAreCarriedAlong() throws Exception {
        ready();
        for (String page : new String[] {PageActivity.CARD, PageActivity.LICENCE}) {
            Intent intent = PageActivity.of(RuntimeEnvironment.getApplication(), page);
            try (ActivityController<PageActivity> controller =
                    Robolectric.buildActivity(PageActivity.class, intent).setup()) {
                draw(controller.get(), "page-" + page);
            }
        }
    }

    @Test
    public void settings() throws Exception {
        ready();
        try (ActivityController<SettingsActivity> controller =
                Robolectric.buildActivity(SettingsActivity.class).setup()) {
            draw(controller.get(), "settings");
            controller.get().findViewById(4).performClick();
            assertEquals(4, new Settings(controller.get()).threads());
            ready();
            assertEquals(4, Engine.of(controller.get()).graph().threads);
            Engine.of(controller.get()).recheck(2);
            ready();
        }
    }

    @Test
    public void screenshotsAreRefusedWhereThatWasChosen() {
        int secure = WindowManager.LayoutParams.FLAG_SECURE;
        try (ActivityController<MainActivity> controller =
                Robolectric.buildActivity(MainActivity.class).setup()) {
            assertEquals(0, controller.get().getWindow().getAttributes().flags & secure);
        }
        try (ActivityController<SettingsActivity> controller =
                Robolectric.buildActivity(SettingsActivity.class).setup()) {
            View choice = controller.get().findViewById(R.id.secure);
            choice.performClick();
            assertEquals(secure, controller.get().getWindow().getAttributes().flags & secure);
        }
        try (ActivityController<MainActivity> controller =
                Robolectric.buildActivity(MainActivity.class).setup()) {
            assertEquals(secure, controller.get().getWindow().getAttributes().flags & secure);
            assertFalse(controller.get().isFinishing());
        }
    }
}
