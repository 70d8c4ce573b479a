package org.cxredge.demo;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;
import static org.robolectric.Shadows.shadowOf;

import android.content.Intent;
import android.graphics.Rect;
import android.os.SystemClock;
import android.view.InputDevice;
import android.view.KeyEvent;
import android.view.MotionEvent;
import android.view.View;
import android.view.accessibility.AccessibilityEvent;
import android.view.accessibility.AccessibilityManager;
import android.view.accessibility.AccessibilityNodeInfo;
import android.view.accessibility.AccessibilityNodeInfo.AccessibilityAction;
import android.view.accessibility.AccessibilityNodeProvider;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.Test;
import org.robolectric.Robolectric;
import org.robolectric.RuntimeEnvironment;
import org.robolectric.android.controller.ActivityController;

/** The corners of a crop without eyes, and without fingers. */
public final class CornersTest extends ScreenTests {
    private static final String[] SAID = {
        "Top left corner, 0 % from the left, 0 % from the top",
        "Top right corner, 100 % from the left, 0 % from the top",
        "Bottom right corner, 100 % from the left, 100 % from the top",
        "Bottom left corner, 0 % from the left, 100 % from the top",
    };
    private static final int ALL = AccessibilityNodeProvider.HOST_VIEW_ID;
    private static final int SHIFT = KeyEvent.META_SHIFT_ON | KeyEvent.META_SHIFT_LEFT_ON;

    private static ActivityController<CropActivity> crop() throws Exception {
        Intent intent = new Intent(RuntimeEnvironment.getApplication(), CropActivity.class)
                .setData(film("above.png"));
        ActivityController<CropActivity> controller =
                Robolectric.buildActivity(CropActivity.class, intent).setup();
        until("the picture", () -> view(controller).corners() != null);
        return controller;
    }

    private static CropView view(ActivityController<CropActivity> controller) {
        return controller.get().findViewById(R.id.picture);
    }

    private static String said(AccessibilityNodeInfo node) {
        return plain(node.getContentDescription());
    }

    private static String plain(CharSequence words) {
        return String.valueOf(words).replace('\u00a0', ' ');
    }

    private static boolean key(CropView view, int key, int meta) {
        long now = SystemClock.uptimeMillis();
        KeyEvent down = new KeyEvent(now, now, KeyEvent.ACTION_DOWN, key, 0, meta);
        return view.dispatchKeyEvent(down);
    }

    private static boolean key(CropView view, int key) {
        return key(view, key, 0);
    }

    @Test
    public void eachCornerSaysWhichItIsAndWhere() throws Exception {
        try (ActivityController<CropActivity> controller = crop()) {
            CropView view = view(controller);
            AccessibilityNodeProvider nodes = view.getAccessibilityNodeProvider();
            AccessibilityNodeInfo whole = nodes.createAccessibilityNodeInfo(ALL);
            assertEquals(4, whole.getChildCount());
            Set<Rect> places = new HashSet<>();
            for (int i = 0; i < 4; i++) {
                AccessibilityNodeInfo node = nodes.createAccessibilityNodeInfo(i);
                assertEquals(SAID[i], said(node));
                assertTrue(node.isFocusable() && node.isClickable() && node.isVisibleToUser());
                Rect place = new Rect();
                node.getBoundsInScreen(place);
                float dp = view.getResources().getDisplayMetrics().density;
                assertTrue(place.toString(), place.width() >= 48 * dp - 1);
                places.add(place);
                Set<String> actions = new HashSet<>();
                for (AccessibilityAction action : node.getActionList()) {
                    actions.add(String.valueOf(action.getLabel()));
                }
                for (String name : new String[] {"left", "right", "up", "down"}) {
                    assertTrue(actions.toString(), actions.contains("Move " + name));
                }
            }
            assertEquals(4, places.size());
            assertNull(nodes.createAccessibilityNodeInfo(4));
        }
    }

    @Test
    public void actionsMoveACorner() throws Exception {
        try (ActivityController<CropActivity> controller = crop()) {
            CropView view = view(controller);
            AccessibilityNodeProvider nodes = view.getAccessibilityNodeProvider();
            assertTrue(nodes.performAction(2, R.id.move_left, null));
            assertTrue(nodes.performAction(2, R.id.move_left, null));
            assertTrue(nodes.performAction(2, R.id.move_up, null));
            assertEquals("Bottom right corner, 96 % from the left, 98 % from the top",
                    said(nodes.createAccessibilityNodeInfo(2)));
            assertTrue(nodes.performAction(2, R.id.move_right, null));
            assertTrue(nodes.performAction(2, R.id.move_down, null));
            assertEquals("Bottom right corner, 98 % from the left, 100 % from the top",
                    said(nodes.createAccessibilityNodeInfo(2)));
            assertFalse("at the edge", nodes.performAction(2, R.id.move_down, null));
            assertFalse(nodes.performAction(4, R.id.move_up, null));
            assertFalse(nodes.performAction(0, 12345, null));
            for (int i = 0; i < 3; i++) { // the others stayed
                assertTrue(i == 2 || said(nodes.createAccessibilityNodeInfo(i)).equals(SAID[i]));
            }
        }
    }

    @Test
    public void aScreenReaderIsAtOneCorner() throws Exception {
        try (ActivityController<CropActivity> controller = crop()) {
            CropView view = view(controller);
            AccessibilityNodeProvider nodes = view.getAccessibilityNodeProvider();
            int focus = AccessibilityNodeInfo.ACTION_ACCESSIBILITY_FOCUS;
            int clear = AccessibilityNodeInfo.ACTION_CLEAR_ACCESSIBILITY_FOCUS;
            assertTrue(nodes.performAction(1, focus, null));
            assertFalse(nodes.performAction(1, focus, null));
            assertTrue(nodes.performAction(3, focus, null));
            assertFalse(nodes.createAccessibilityNodeInfo(1).isAccessibilityFocused());
            assertTrue(nodes.createAccessibilityNodeInfo(3).isAccessibilityFocused());
            AccessibilityNodeInfo found =
                    nodes.findFocus(AccessibilityNodeInfo.FOCUS_ACCESSIBILITY);
            assertEquals(SAID[3], said(found));
            assertFalse(nodes.performAction(1, clear, null));
            assertTrue(nodes.performAction(3, clear, null));
            assertNull(nodes.findFocus(AccessibilityNodeInfo.FOCUS_ACCESSIBILITY));
            assertTrue(nodes.performAction(0, AccessibilityNodeInfo.ACTION_CLICK, null));
            assertTrue(view.isFocused());
            assertEquals(SAID[0], said(nodes.findFocus(AccessibilityNodeInfo.FOCUS_INPUT)));
            assertTrue(nodes.createAccessibilityNodeInfo(0).isFocused());
        }
    }

    @Test
    public void aFingerThatExploresFindsCorners() throws Exception {
        AccessibilityManager manager = RuntimeEnvironment.getApplication()
                .getSystemService(AccessibilityManager.class);
        shadowOf(manager).setEnabled(true);
        shadowOf(manager).setTouchExplorationEnabled(true);
        try (ActivityController<CropActivity> controller = crop()) {
            CropView view = view(controller);
            Rect place = view.bounds(1);
            long now = SystemClock.uptimeMillis();
            MotionEvent over = MotionEvent.obtain(now, now, MotionEvent.ACTION_HOVER_ENTER,
                    place.centerX(), place.centerY(), 0);
            over.setSource(InputDevice.SOURCE_TOUCHSCREEN);
            assertTrue(view.dispatchGenericMotionEvent(over));
            List<String> found = new ArrayList<>();
            for (AccessibilityEvent event : shadowOf(manager).getSentAccessibilityEvents()) {
                if (event.getEventType() == AccessibilityEvent.TYPE_VIEW_HOVER_ENTER) {
                    found.add(plain(event.getContentDescription()));
                }
            }
            assertEquals(Collections.singletonList(SAID[1]), found);
        } finally {
            shadowOf(manager).setEnabled(false);
            shadowOf(manager).setTouchExplorationEnabled(false);
        }
    }

    @Test
    public void tabGoesThroughTheCornersAndOn() throws Exception {
        try (ActivityController<CropActivity> controller = crop()) {
            CropView view = view(controller);
            controller.get().findViewById(R.id.use).requestFocusFromTouch();
            view.requestFocus(View.FOCUS_FORWARD);
            assertEquals(0, view.chosen());
            for (int i = 1; i < 4; i++) {
                assertTrue(key(view, KeyEvent.KEYCODE_TAB));
                assertEquals(i, view.chosen());
            }
            assertFalse(key(view, KeyEvent.KEYCODE_TAB));
            assertEquals(-1, view.chosen());
            controller.get().findViewById(R.id.use).requestFocusFromTouch();
            view.requestFocus(View.FOCUS_BACKWARD);
            assertEquals(3, view.chosen());
            for (int i = 2; i >= 0; i--) {
                assertTrue(key(view, KeyEvent.KEYCODE_TAB, SHIFT));
                assertEquals(i, view.chosen());
            }
            assertFalse(key(view, KeyEvent.KEYCODE_TAB, SHIFT));
        }
    }

    @Test
    public void aRemoteControlMovesThemToo() throws Exception {
        try (ActivityController<CropActivity> controller = crop()) {
            CropView view = view(controller);
            controller.get().findViewById(R.id.use).requestFocusFromTouch();
            view.requestFocus(View.FOCUS_UP);
            assertEquals(-1, view.chosen());
            assertFalse("on to the buttons", key(view, KeyEvent.KEYCODE_DPAD_DOWN));
            assertTrue(key(view, KeyEvent.KEYCODE_DPAD_CENTER));
            assertTrue(key(view, KeyEvent.KEYCODE_DPAD_CENTER));
            assertTrue(key(view, KeyEvent.KEYCODE_DPAD_LEFT));
            assertTrue(key(view, KeyEvent.KEYCODE_DPAD_DOWN, SHIFT));
            assertTrue(view.corners().x(1) < view.corners().width());
            double step = 1 - view.corners().x(1) / view.corners().width();
            assertEquals(step / 8, view.corners().y(1) / view.corners().height(), 1e-4); // little
            assertTrue("stays in the picture", key(view, KeyEvent.KEYCODE_DPAD_UP));
            assertTrue(key(view, KeyEvent.KEYCODE_DPAD_UP));
            assertEquals(0, view.corners().y(1), 0);
            draw(controller.get(), "crop-focus");
            for (int i = 0; i < 3; i++) {
                assertTrue(key(view, KeyEvent.KEYCODE_DPAD_CENTER));
            }
            assertFalse(key(view, KeyEvent.KEYCODE_DPAD_DOWN));
        }
    }

    @Test
    public void thereIsNothingToMoveBeforeThePicture() throws Exception {
        Intent intent = new Intent(RuntimeEnvironment.getApplication(), CropActivity.class)
                .setData(given("nothing.png", new byte[0]));
        try (ActivityController<CropActivity> controller =
                Robolectric.buildActivity(CropActivity.class, intent).setup()) {
            AccessibilityNodeProvider nodes = view(controller).getAccessibilityNodeProvider();
            assertEquals(0, nodes.createAccessibilityNodeInfo(ALL).getChildCount());
            assertFalse(nodes.performAction(0, R.id.move_left, null));
            assertNull(nodes.createAccessibilityNodeInfo(0));
            assertNotNull(nodes.createAccessibilityNodeInfo(ALL).getContentDescription());
        }
    }
}
