package org.cxredge.demo;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;
import static org.robolectric.Shadows.shadowOf;

import android.app.Activity;
import android.content.Intent;
import android.net.Uri;
import android.os.Bundle;
import android.provider.MediaStore;
import android.widget.LinearLayout;
import android.widget.TextView;
import java.io.File;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.cxredge.core.ModelException;
import org.junit.Test;
import org.robolectric.Robolectric;
import org.robolectric.RuntimeEnvironment;
import org.robolectric.android.controller.ActivityController;
import org.robolectric.shadows.ShadowActivity.IntentForResult;

/** The start, and the ways in which films come. */
public final class MainTest extends ScreenTests {
    private static ActivityController<MainActivity> start(Intent intent) {
        ready();
        return Robolectric.buildActivity(MainActivity.class, intent).setup();
    }

    private static ActivityController<MainActivity> start() {
        return start(new Intent(Intent.ACTION_MAIN));
    }

    private static void allRead() {
        until("all films", () -> {
            for (Session.Entry entry : Session.ONE.entries()) {
                if (entry.waiting() || entry.name == null && !entry.photograph()) {
                    return false;
                }
            }
            return true;
        });
    }

    @Test
    public void anEmptyStart() throws Exception {
        try (ActivityController<MainActivity> controller = start()) {
            assertTrue(controller.get().findViewById(R.id.open_film).isEnabled());
            TextView status = controller.get().findViewById(R.id.status);
            assertTrue(status.getText().toString().startsWith("Self-check passed"));
            draw(controller.get(), "start");
        }
    }

    @Test
    public void filmsComeFromThePicker() throws Exception {
        try (ActivityController<MainActivity> controller = start()) {
            MainActivity screen = controller.get();
            screen.findViewById(R.id.open_film).performClick();
            IntentForResult asked = shadowOf(screen).getNextStartedActivityForResult();
            assertEquals(Intent.ACTION_OPEN_DOCUMENT, asked.intent.getAction());
            Intent chosen = new Intent().setData(film("below.png"));
            shadowOf(screen).receiveResult(asked.intent, Activity.RESULT_OK, chosen);
            Intent next = shadowOf(screen).getNextStartedActivity();
            assertEquals(ResultActivity.class.getName(), next.getComponent().getClassName());
            // A grant that is gone meanwhile would make the start itself fail; the app needs none.
            assertEquals(0, next.getFlags() & Intent.FLAG_GRANT_READ_URI_PERMISSION);
            Session.Entry one = Session.ONE.entries().get(0);
            assertEquals(one, Session.ONE.entry(one.id, one.uri, one.corners));
            // The number of another process's film may be this one's.
            assertNull(Session.ONE.entry(one.id, film("above.png"), one.corners));
            allRead();
        }
    }

    @Test
    public void severalFilmsAreShared() throws Exception {
        ArrayList<Uri> films = new ArrayList<>();
        for (String name : FILMS) {
            films.add(film(name));
        }
        films.add(given("letter.pdf", "%PDF-1.7".getBytes("US-ASCII")));
        Intent sent = new Intent(Intent.ACTION_SEND_MULTIPLE).setType("image/*")
                .putParcelableArrayListExtra(Intent.EXTRA_STREAM, films);
        try (ActivityController<MainActivity> controller = start(sent)) {
            allRead();
            LinearLayout rows = controller.get().findViewById(R.id.films);
            assertEquals(5, rows.getChildCount());
            assertEquals("letter.pdf: Not read. This app does not read this kind of file (PDF). "
                    + "It reads JPEG, PNG, WebP, TIFF and DICOM.",
                    rows.getChildAt(0).getContentDescription());
            Map<String, Object> told = expected("below.png");
            String below = String.format(Locale.ROOT, "below.png: %s (%.3f, threshold %.3f)",
                    told.get("answer"), told.get("score"), told.get("threshold"));
            assertEquals(below, rows.getChildAt(3).getContentDescription());
            assertEquals("unfamiliar.png: not recognised. "
                            + "It is unlike the films that the model knows.",
                    rows.getChildAt(1).getContentDescription());
            draw(controller.get(), "start-films");
            rows.getChildAt(3).performClick();
            assertNotNull(shadowOf(controller.get()).getNextStartedActivity());
            controller.recreate(); // a phone that was turned: nothing is read twice
            rows = controller.get().findViewById(R.id.films);
            assertEquals(5, rows.getChildCount());
            controller.get().findViewById(R.id.films_clear).performClick();
            assertEquals(0, rows.getChildCount());
        }
    }

    @Test
    public void aPhotographComesFromTheCameraApp() throws Exception {
        try (ActivityController<MainActivity> controller = start()) {
            MainActivity screen = controller.get();
            screen.findViewById(R.id.take_photograph).performClick();
            IntentForResult asked = shadowOf(screen).getNextStartedActivityForResult();
            assertEquals(MediaStore.ACTION_IMAGE_CAPTURE, asked.intent.getAction());
            Uri address = asked.intent.getParcelableExtra(MediaStore.EXTRA_OUTPUT);
            try (OutputStream out = screen.getContentResolver().openOutputStream(address)) {
                Files.copy(new File(System.getProperty("cxr.films"), "above.png").toPath(), out);
            }
            Bundle state = new Bundle();
            controller.pause().stop().saveInstanceState(state); // the camera may cost the process
            shadowOf(screen).receiveResult(asked.intent, Activity.RESULT_OK, null);
            allRead();
            Session.Entry entry = Session.ONE.entries().get(0);
            assertEquals("Photograph", entry.name(screen));
            assertNull(error(entry), error(entry));
            assertEquals(address, state.getParcelable("photograph"));
        }
    }

    @Test
    public void hostileIntentsAreTakenCalmly() throws Exception {
        List<Intent> sent = new ArrayList<>();
        sent.add(new Intent(Intent.ACTION_SEND));
        sent.add(new Intent(Intent.ACTION_SEND).putExtra(Intent.EXTRA_STREAM, "words"));
        sent.add(new Intent(Intent.ACTION_SEND).putExtra(Intent.EXTRA_STREAM, 7));
        sent.add(new Intent(Intent.ACTION_SEND_MULTIPLE)
                .putExtra(Intent.EXTRA_STREAM, new ArrayList<>(Arrays.asList("a", null))));
        sent.add(new Intent(Intent.ACTION_SEND).putExtra(Intent.EXTRA_STREAM,
                Uri.parse("file:///data/data/org.cxredge.demo/shared_prefs/settings.xml")));
        sent.add(new Intent(Intent.ACTION_VIEW, Uri.parse("https://example.org/film.png")));
        for (Intent intent : sent) {
            try (ActivityController<MainActivity> controller = start(intent)) {
                assertTrue(intent.toString(), Session.ONE.entries().isEmpty());
            }
        }
        ArrayList<Uri> many = new ArrayList<>();
        for (int i = 0; i < 3 * Session.MOST; i++) {
            many.add(given(i + ".png", new byte[] {1, 2, 3}));
        }
        Intent flood = new Intent(Intent.ACTION_SEND_MULTIPLE)
                .putParcelableArrayListExtra(Intent.EXTRA_STREAM, many);
        try (ActivityController<MainActivity> controller = start(flood)) {
            assertEquals(Session.MOST, Session.ONE.entries().size());
            allRead();
        }
    }

    @Test
    public void nothingBeforeTheFirstScreenIsAccepted() throws Exception {
        RuntimeEnvironment.getApplication()
                .getSharedPreferences("settings", 0).edit().clear().commit();
        Intent sent = new Intent(Intent.ACTION_SEND)
                .putExtra(Intent.EXTRA_STREAM, film("above.png"));
        try (ActivityController<MainActivity> controller = start(sent)) {
            MainActivity screen = controller.get();
            assertTrue(Session.ONE.entries().isEmpty());
            IntentForResult asked = shadowOf(screen).getNextStartedActivityForResult();
            String first = asked.intent.getComponent().getClassName();
            assertEquals(WelcomeActivity.class.getName(), first);
            shadowOf(screen).receiveResult(asked.intent, Activity.RESULT_CANCELED, null);
            assertTrue(screen.isFinishing());
        }
        try (ActivityController<WelcomeActivity> controller =
                Robolectric.buildActivity(WelcomeActivity.class).setup()) {
            draw(controller.get(), "welcome");
            controller.get().findViewById(R.id.accept).performClick();
            assertTrue(controller.get().isFinishing());
            assertTrue(new Settings(controller.get()).accepted());
        }
        try (ActivityController<MainActivity> controller = start(sent)) {
            assertEquals(1, Session.ONE.entries().size());
            allRead();
        }
    }

    /** One of the weights is another: the digest is right, what comes out is not. */
    @Test
    public void aModelThatFailsItsSelfCheckGivesNoAnswer() throws Exception {
        byte[] wrong = Files.readAllBytes(
                new File(System.getProperty("cxr.out"), "wrong.tflite").toPath());
        ByteBuffer buffer = ByteBuffer.allocateDirect(wrong.length).order(ByteOrder.nativeOrder());
        buffer.put(wrong).flip();
        ready();
        Engine right = Engine.one;
        Engine.one = new Engine(RuntimeEnvironment.getApplication(), () -> buffer);
        try {
            Engine.one.recheck(2);
            until("the self-check", () -> Engine.one.check().state != Engine.State.CHECKING);
            assertEquals(Engine.State.REFUSED, Engine.one.check().state);
            Engine.Check check = Engine.one.check();
            assertEquals(ModelException.Why.OFF, check.why.why);
            new Settings(RuntimeEnvironment.getApplication())
                    .accept(check.file.contract.graphSha256);
            try (ActivityController<MainActivity> controller =
                    Robolectric.buildActivity(MainActivity.class).setup()) {
                assertFalse(controller.get().findViewById(R.id.open_film).isEnabled());
                draw(controller.get(), "start-refused");
            }
            Session.Entry entry = Session.ONE.add(
                    RuntimeEnvironment.getApplication(), film("above.png"), null);
            until("the film", () -> !entry.waiting());
            assertNull(entry.analysis);
            assertTrue(error(entry), error(entry).contains("no usable output"));
        } finally {
            Engine.one.worker.shutdown();
            Engine.one = right;
        }
    }

    @Test
    public void otherScreensAreReached() {
        Map<Integer, Class<?>> links = new HashMap<>();
        links.put(R.id.about, WelcomeActivity.class);
        links.put(R.id.model_card, PageActivity.class);
        links.put(R.id.licence, PageActivity.class);
        links.put(R.id.self_check, SelfCheckActivity.class);
        links.put(R.id.settings, SettingsActivity.class);
        try (ActivityController<MainActivity> controller = start()) {
            for (Map.Entry<Integer, Class<?>> link : links.entrySet()) {
                controller.get().findViewById(link.getKey()).performClick();
                Intent next = shadowOf(controller.get()).getNextStartedActivity();
                assertEquals(link.getValue().getName(), next.getComponent().getClassName());
            }
        }
    }
}
