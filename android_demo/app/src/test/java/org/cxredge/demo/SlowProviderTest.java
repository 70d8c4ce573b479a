package org.cxredge.demo;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertSame;
import static org.junit.Assert.assertTrue;
import static org.robolectric.Shadows.shadowOf;

import android.content.ContentProvider;
import android.content.ContentValues;
import android.content.Intent;
import android.database.Cursor;
import android.database.MatrixCursor;
import android.net.Uri;
import android.os.Looper;
import android.provider.OpenableColumns;
import android.widget.LinearLayout;
import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.After;
import org.junit.Test;
import org.robolectric.Robolectric;
import org.robolectric.RuntimeEnvironment;
import org.robolectric.android.controller.ActivityController;
import org.robolectric.shadows.ShadowContentResolver;

/** Another app that answers when it likes, or never: neither the screen nor the model waits. */
public final class SlowProviderTest extends ScreenTests {
    private final CountDownLatch answers = new CountDownLatch(1);

    /** Says what a film is called once the test lets it; the film itself it gives at once. */
    private final class Slow extends ContentProvider {
        @Override
        public boolean onCreate() {
            return true;
        }

        @Override
        public Cursor query(Uri uri, String[] columns, String where, String[] values, String by) {
            if (Looper.myLooper() == Looper.getMainLooper()) {
                throw new AssertionError("asked on the main thread, which would hang now");
            }
            try {
                answers.await();
            } catch (InterruptedException error) {
                throw new IllegalStateException(error);
            }
            MatrixCursor rows = new MatrixCursor(new String[] {OpenableColumns.DISPLAY_NAME});
            rows.addRow(new Object[] {"from\nafar \u202egnp"});
            return rows;
        }

        @Override
        public String getType(Uri uri) {
            return null;
        }

        @Override
        public Uri insert(Uri uri, ContentValues values) {
            return null;
        }

        @Override
        public int delete(Uri uri, String where, String[] values) {
            return 0;
        }

        @Override
        public int update(Uri uri, ContentValues values, String where, String[] arguments) {
            return 0;
        }
    }

    private Uri slow(int number) throws Exception {
        Uri uri = Uri.parse("content://slow/" + number);
        byte[] data = bytes("below.png");
        ShadowContentResolver.registerProviderInternal("slow", new Slow());
        shadowOf(RuntimeEnvironment.getApplication().getContentResolver())
                .registerInputStreamSupplier(uri, () -> new ByteArrayInputStream(data));
        return uri;
    }

    @After
    public void answered() {
        answers.countDown();
    }

    @Test
    public void filmsAreAnsweredWhileTheirNamesAreNot() throws Exception {
        ArrayList<Uri> films = new ArrayList<>();
        for (int i = 0; i < 6; i++) { // more than there are threads for names
            films.add(slow(i));
        }
        Intent sent = new Intent(Intent.ACTION_SEND_MULTIPLE)
                .putParcelableArrayListExtra(Intent.EXTRA_STREAM, films);
        try (ActivityController<MainActivity> controller =
                Robolectric.buildActivity(MainActivity.class, sent).setup()) {
            for (Session.Entry entry : Session.ONE.entries()) {
                until("the answer", () -> !entry.waiting());
                assertNull(entry.name);
            }
            LinearLayout rows = controller.get().findViewById(R.id.films);
            String said = rows.getChildAt(0).getContentDescription().toString();
            assertTrue(said, said.startsWith("A film: normal ("));
            controller.recreate(); // a phone that is turned while they wait
            LinearLayout turned = controller.get().findViewById(R.id.films);
            assertEquals(6, turned.getChildCount());
            answers.countDown();
            until("the names", () -> turned.getChildAt(5).getContentDescription().toString()
                    .startsWith("from afar gnp: normal ("));
        }
    }

    /** It hands over nothing: the self-check runs all the same, and films after it is left. */
    @Test
    public void aFilmThatNeverComesHoldsUpNothingElse() throws Exception {
        Uri never = Uri.parse("content://never/1");
        CountDownLatch asked = new CountDownLatch(1);
        shadowOf(RuntimeEnvironment.getApplication().getContentResolver())
                .registerInputStreamSupplier(never, () -> {
                    asked.countDown();
                    boolean waits = true;
                    while (waits) { // deaf to interruption, as a call to another process is
                        try {
                            answers.await();
                            waits = false;
                        } catch (InterruptedException error) {
                            // It waits on.
                        }
                    }
                    return new ByteArrayInputStream(new byte[0]);
                });
        Session.Entry stuck = Session.ONE.add(RuntimeEnvironment.getApplication(), never, null);
        Session.Entry behind =
                Session.ONE.add(RuntimeEnvironment.getApplication(), film("above.png"), null);
        asked.await();
        Engine.of(RuntimeEnvironment.getApplication()).recheck(2);
        ready();
        assertTrue(stuck.waiting() && behind.waiting());
        Session.ONE.clear(); // "Forget all films"
        Session.Entry later = read(film("above.png"));
        assertNotNull(later.analysis);
        answers.countDown();
        assertNotNull(read(film("below.png")).analysis);
        assertTrue("nobody asks any more", stuck.waiting() && behind.waiting());
    }

    @Test
    public void aScreenThatIsClosedMeanwhileIsNotMissed() throws Exception {
        Session.Entry entry;
        try (ActivityController<MainActivity> controller = Robolectric.buildActivity(
                MainActivity.class, new Intent(Intent.ACTION_SEND)
                        .putExtra(Intent.EXTRA_STREAM, slow(7))).setup()) {
            entry = Session.ONE.entries().get(0);
            until("the answer", () -> !entry.waiting());
            controller.get().finish();
        }
        assertTrue(Session.ONE.entries().isEmpty());
        answers.countDown();
        until("the name", () -> entry.name != null);
        assertTrue(Session.ONE.entries().isEmpty());
    }

    @Test
    public void aNewProcessAsksAgain() throws Exception {
        Session.Entry before = Session.ONE.add(RuntimeEnvironment.getApplication(), slow(8), null);
        Intent intent = new Intent(RuntimeEnvironment.getApplication(), ResultActivity.class)
                .setData(before.uri).putExtra("id", before.id);
        Session.ONE.clear(); // what the end of a process does to it
        try (ActivityController<ResultActivity> controller =
                Robolectric.buildActivity(ResultActivity.class, intent).setup()) {
            Session.Entry entry = Session.ONE.entries().get(0);
            until("the answer", () -> !entry.waiting());
            assertNotNull(entry.analysis);
            answers.countDown();
            until("the name", () -> entry.name != null);
            assertEquals("from afar gnp", entry.name(controller.get()));
            assertSame(entry, Session.ONE.entries().get(0));
        }
    }
}
