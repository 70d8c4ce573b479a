package org.cxredge.demo;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;
import static org.robolectric.Shadows.shadowOf;

import android.app.Activity;
import android.content.Context;
import android.content.Intent;
import android.net.Uri;
import android.os.Bundle;
import android.provider.MediaStore;
import java.io.File;
import java.nio.file.Files;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.robolectric.Robolectric;
import org.robolectric.RuntimeEnvironment;
import org.robolectric.android.controller.ActivityController;
import org.robolectric.shadows.ShadowActivity.IntentForResult;

/** A photograph in the app's cache goes when nothing refers to it, and not before. */
public final class PassingFilesTest extends ScreenTests {
    private final Context app = RuntimeEnvironment.getApplication();

    @Before
    @After
    public void nothing() {
        TemporaryFiles.clear(app);
        TemporaryFiles.started = true;
    }

    private Uri photograph() throws Exception {
        Uri uri = TemporaryFiles.fresh(app, "photograph");
        Files.write(file(uri).toPath(), bytes("below.png"));
        return uri;
    }

    private File file(Uri uri) {
        return TemporaryFiles.file(app, uri);
    }

    private ActivityController<ResultActivity> result(Session.Entry entry) {
        Intent intent = new Intent(app, ResultActivity.class).setData(entry.uri)
                .putExtra("id", entry.id).putExtra("corners", entry.corners);
        return Robolectric.buildActivity(ResultActivity.class, intent);
    }

    /** What is left of a process: files, counts, and what Android keeps of its screens. */
    private static void endProcess() {
        Session.ONE.clear();
        TemporaryFiles.started = false;
    }

    /** Fills the session with other films, so that older ones leave it. */
    private static void crowd() throws Exception {
        for (int i = 0; i < Session.MOST; i++) {
            Session.ONE.add(RuntimeEnvironment.getApplication(), film("below.png"), null);
        }
    }

    @Test
    public void anEvictedPhotographIsRemoved() throws Exception {
        Uri first = photograph();
        Uri second = photograph();
        Session.ONE.add(app, first, null);
        Session.ONE.add(app, second, null);
        Session.ONE.add(app, second, new double[] {0, 0, 99, 0, 99, 99, 0, 99}); // a part of it
        for (int i = 0; i < Session.MOST - 2; i++) {
            Session.ONE.add(app, film("below.png"), null);
        }
        assertFalse(file(first).exists());
        assertTrue(file(second).exists());
        Session.ONE.add(app, film("below.png"), null);
        assertTrue("a part of it is there yet", file(second).exists());
        Session.ONE.add(app, film("below.png"), null);
        assertFalse(file(second).exists());
    }

    @Test
    public void aFilmThatIsLookedAtIsNotEvicted() throws Exception {
        Uri uri = photograph();
        Session.Entry entry = read(uri);
        try (ActivityController<ResultActivity> controller = result(entry).setup()) {
            crowd();
            assertTrue(Session.ONE.entries().contains(entry));
            controller.recreate();
            crowd();
            assertTrue(file(uri).exists() && Session.ONE.entries().contains(entry));
            assertEquals(1, entry.screens);
            controller.get().finish();
        }
        crowd();
        assertFalse(file(uri).exists() || Session.ONE.entries().contains(entry));
    }

    @Test
    public void aNewProcessKeepsWhatItsScreensNeedAndRemovesTheRest() throws Exception {
        Uri needed = photograph();
        Uri left = photograph();
        Session.ONE.add(app, left, null);
        Bundle state = new Bundle();
        Session.Entry entry = read(needed);
        ActivityController<ResultActivity> before = result(entry).setup();
        before.pause().stop().saveInstanceState(state);
        endProcess();
        assertTrue(file(left).exists());
        try (ActivityController<ResultActivity> after = result(entry).setup(state)) {
            assertFalse(file(left).exists());
            Session.Entry again = Session.ONE.entries().get(0);
            until("the film", () -> !again.waiting());
            assertNull(error(again), again.failure);
            Session.ONE.clear();
            after.get().finish();
        }
        assertFalse("the last screen was closed", file(needed).exists());
    }

    @Test
    public void aPhotographThatIsBeingTakenOutlivesTheProcess() throws Exception {
        Bundle state = new Bundle();
        ActivityController<MainActivity> before =
                Robolectric.buildActivity(MainActivity.class).setup();
        before.get().findViewById(R.id.take_photograph).performClick();
        IntentForResult asked = shadowOf(before.get()).getNextStartedActivityForResult();
        Uri address = asked.intent.getParcelableExtra(MediaStore.EXTRA_OUTPUT);
        before.pause().stop().saveInstanceState(state);
        Files.write(file(address).toPath(), bytes("below.png"));
        endProcess();
        try (ActivityController<MainActivity> after =
                Robolectric.buildActivity(MainActivity.class).setup(state)) {
            assertTrue(file(address).exists());
            after.get().onActivityResult(MainActivity.PHOTOGRAPH, Activity.RESULT_OK, null);
            Session.Entry entry = Session.ONE.entries().get(0);
            assertEquals(address, entry.uri);
            Session.ONE.clear();
            TemporaryFiles.prune(app);
            assertFalse("no screen holds it any more", file(address).exists());
        }
    }

    @Test
    public void aCancelledPhotographIsRemoved() throws Exception {
        try (ActivityController<MainActivity> controller =
                Robolectric.buildActivity(MainActivity.class).setup()) {
            controller.get().findViewById(R.id.take_photograph).performClick();
            IntentForResult asked = shadowOf(controller.get()).getNextStartedActivityForResult();
            Uri address = asked.intent.getParcelableExtra(MediaStore.EXTRA_OUTPUT);
            Files.write(file(address).toPath(), new byte[] {1});
            shadowOf(controller.get()).receiveResult(asked.intent, Activity.RESULT_CANCELED, null);
            assertFalse(file(address).exists());
        }
    }

    @Test
    public void aStartWithNothingToComeBackRemovesAll() throws Exception {
        Uri uri = photograph();
        HeldFiles.hold(app, uri); // by a screen of a task that somebody swiped away
        endProcess();
        TemporaryFiles.start(app);
        assertTrue(file(uri).exists());
        try (ActivityController<MainActivity> controller =
                Robolectric.buildActivity(MainActivity.class).setup()) {
            assertFalse(file(uri).exists());
        }
    }

    @Test
    public void croppingHoldsThePhotographToo() throws Exception {
        Uri uri = photograph();
        Intent intent = new Intent(app, CropActivity.class).setData(uri);
        try (ActivityController<CropActivity> controller =
                Robolectric.buildActivity(CropActivity.class, intent).setup()) {
            TemporaryFiles.prune(app);
            assertTrue(file(uri).exists());
            controller.get().finish();
        }
        assertFalse(file(uri).exists());
    }
}
