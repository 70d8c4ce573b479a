package org.cxredge.demo;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertSame;
import static org.junit.Assert.assertTrue;

import android.content.Intent;
import android.view.View;
import android.widget.LinearLayout;
import org.junit.Test;
import org.robolectric.Robolectric;
import org.robolectric.RuntimeEnvironment;
import org.robolectric.android.controller.ActivityController;

/** Rows of films change where they stand: focus, of keys and of a screen reader, stays. */
public final class RowsTest extends ScreenTests {
    private static Session.Entry add(String name) throws Exception {
        return Session.ONE.add(RuntimeEnvironment.getApplication(), film(name), null);
    }

    @Test
    public void aRowKeepsItsViewAndItsFocus() throws Exception {
        try (ActivityController<MainActivity> controller = Robolectric.buildActivity(
                MainActivity.class, new Intent(Intent.ACTION_MAIN)).setup()) {
            LinearLayout rows = controller.get().findViewById(R.id.films);
            Session.Entry first = add("above.png");
            View row = rows.getChildAt(0);
            assertTrue(row.getContentDescription().toString().endsWith("Waiting"));
            row.setFocusableInTouchMode(true);
            assertTrue(row.requestFocus());
            until("its answer", () -> !first.waiting() && first.name != null);
            assertSame(row, rows.getChildAt(0));
            assertTrue(row.isFocused());
            String said = row.getContentDescription().toString();
            assertTrue(said, said.startsWith("above.png: covid ("));
            View picture = row.findViewById(R.id.row_film);
            assertEquals(View.VISIBLE, picture.getVisibility());
            add("below.png");
            assertSame(row, rows.getChildAt(1));
            assertTrue(row.isFocused());
            for (int i = 0; i < Session.MOST; i++) { // until it is the oldest, and goes
                add("below.png");
            }
            assertEquals(Session.MOST, rows.getChildCount());
            for (int i = 0; i < Session.MOST; i++) {
                assertSame(Session.ONE.entries().get(i), rows.getChildAt(i).getTag());
                assertTrue(rows.getChildAt(i) != row);
            }
        }
    }

    @Test
    public void whatIsForgottenGoes() throws Exception {
        try (ActivityController<MainActivity> controller = Robolectric.buildActivity(
                MainActivity.class, new Intent(Intent.ACTION_MAIN)).setup()) {
            LinearLayout rows = controller.get().findViewById(R.id.films);
            add("above.png");
            add("below.png");
            controller.get().findViewById(R.id.films_clear).performClick();
            assertEquals(0, rows.getChildCount());
            Session.Entry one = add("above.png");
            assertSame(one, rows.getChildAt(0).getTag());
        }
    }
}
