package org.cxredge.demo;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;
import static org.robolectric.Shadows.shadowOf;

import android.content.Intent;
import android.net.Uri;
import android.widget.TextView;
import java.io.File;
import java.util.concurrent.CountDownLatch;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.robolectric.Robolectric;
import org.robolectric.RuntimeEnvironment;
import org.robolectric.android.controller.ActivityController;
import org.robolectric.shadows.ShadowToast;

/** Sharing takes a while: the screen does not wait, and may be turned or closed meanwhile. */
public final class SharingTest extends ScreenTests {
    private final CountDownLatch free = new CountDownLatch(1);

    /** As on a phone whose storage is busy: what is to be written waits. */
    @Before
    public void busy() {
        Errands.PICTURES.run(() -> {
            try {
                free.await();
            } catch (InterruptedException error) {
                throw new IllegalStateException(error);
            }
            return null;
        }, nothing -> {});
    }

    @After
    public void freed() {
        free.countDown();
        TemporaryFiles.clear(RuntimeEnvironment.getApplication());
    }

    private static ActivityController<ResultActivity> open(Session.Entry entry) {
        Intent intent = new Intent(RuntimeEnvironment.getApplication(), ResultActivity.class)
                .setData(entry.uri).putExtra("id", entry.id);
        return Robolectric.buildActivity(ResultActivity.class, intent).setup();
    }

    private static File file(Session.Entry entry) {
        return TemporaryFiles.file(RuntimeEnvironment.getApplication(), entry.shared.get(0));
    }

    /** Until whatever was to be written has been. */
    private static void written() {
        boolean[] done = {false};
        Errands.PICTURES.run(() -> null, nothing -> done[0] = true);
        until("the pictures", () -> done[0]);
    }

    @Test
    public void aPhoneThatIsTurnedMeanwhileSharesOnce() throws Exception {
        Session.Entry entry = read(film("above.png"));
        try (ActivityController<ResultActivity> controller = open(entry)) {
            ResultActivity before = controller.get();
            before.findViewById(R.id.share).performClick();
            assertNull(shadowOf(before).getNextStartedActivity());
            TextView share = before.findViewById(R.id.share);
            assertEquals("The picture is being made ready", share.getText().toString());
            share.performClick(); // somebody is impatient
            controller.recreate();
            assertNotNull(entry.sharing);
            free.countDown();
            until("the share sheet", () -> entry.sharing == null);
            Intent chooser = shadowOf(controller.get()).getNextStartedActivity();
            Intent sent = chooser.getParcelableExtra(Intent.EXTRA_INTENT);
            Uri address = sent.getParcelableExtra(Intent.EXTRA_STREAM);
            assertTrue(TemporaryFiles.file(before, address).length() > 10_000);
            assertNull(shadowOf(before).getNextStartedActivity());
            assertNull(shadowOf(controller.get()).getNextStartedActivity());
            assertEquals(1, entry.shared.size());
            share = controller.get().findViewById(R.id.share);
            assertEquals("Share the result", share.getText().toString());
        }
    }

    @Test
    public void aScreenThatIsClosedMeanwhileSharesNothing() throws Exception {
        Session.Entry entry = read(film("above.png"));
        File file;
        try (ActivityController<ResultActivity> controller = open(entry)) {
            controller.get().findViewById(R.id.share).performClick();
            file = file(entry);
            controller.get().finish();
            controller.pause().stop().destroy();
            free.countDown();
            written();
            assertNull(shadowOf(controller.get()).getNextStartedActivity());
        }
        assertFalse(file.exists());
        assertTrue(entry.shared.isEmpty());
    }

    @Test
    public void aFilmThatIsForgottenMeanwhileLeavesNoPicture() throws Exception {
        Session.Entry entry = read(film("above.png"));
        try (ActivityController<ResultActivity> controller = open(entry)) {
            controller.get().findViewById(R.id.share).performClick();
            File file = file(entry);
            Session.ONE.clear();
            TemporaryFiles.clear(controller.get());
            free.countDown();
            written();
            assertFalse(file.exists());
        }
    }

    @Test
    public void whatCannotBeWrittenIsSaid() throws Exception {
        Session.Entry entry = read(film("above.png"));
        try (ActivityController<ResultActivity> controller = open(entry)) {
            controller.get().findViewById(R.id.share).performClick();
            assertTrue(file(entry).mkdirs()); // no file can be made of that name
            free.countDown();
            until("the end", () -> entry.sharing == null);
            assertNull(shadowOf(controller.get()).getNextStartedActivity());
            String said = ShadowToast.getTextOfLatestToast();
            assertTrue(said, said.startsWith("The result cannot be shared"));
            assertTrue(entry.shared.isEmpty());
        }
    }
}
