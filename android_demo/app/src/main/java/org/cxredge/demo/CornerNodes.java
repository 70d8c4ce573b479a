package org.cxredge.demo;

import android.graphics.Rect;
import android.os.Bundle;
import android.view.View;
import android.view.accessibility.AccessibilityEvent;
import android.view.accessibility.AccessibilityManager;
import android.view.accessibility.AccessibilityNodeInfo;
import android.view.accessibility.AccessibilityNodeInfo.AccessibilityAction;
import android.view.accessibility.AccessibilityNodeProvider;
import java.util.Collections;
import java.util.List;

/**
 * The four corners for whoever does not see or touch them: a node each, by which TalkBack says
 * where the corner is, and TalkBack and switch access move it a step.
 *
 * <p>A corner is drawn and is no view of its own, so that Android knows of it from here alone.
 */
final class CornerNodes extends AccessibilityNodeProvider {
    private static final int NONE = -1;
    // Each a step: its id, its name, to the right and down.
    private static final int[][] MOVES = {
        {R.id.move_left, R.string.move_left, -1, 0},
        {R.id.move_right, R.string.move_right, 1, 0},
        {R.id.move_up, R.string.move_up, 0, -1},
        {R.id.move_down, R.string.move_down, 0, 1},
    };

    private final CropView view;
    private final AccessibilityManager manager;
    private int focus = NONE; // the corner that a screen reader is at
    private int hovered = NONE; // the corner under a finger that explores

    CornerNodes(CropView view) {
        this.view = view;
        manager = view.getContext().getSystemService(AccessibilityManager.class);
    }

    /** The corner that a screen reader is at; -1 for none. */
    int focus() {
        return focus;
    }

    @Override
    public AccessibilityNodeInfo createAccessibilityNodeInfo(int corner) {
        if (corner == HOST_VIEW_ID) {
            AccessibilityNodeInfo whole = AccessibilityNodeInfo.obtain(view);
            view.onInitializeAccessibilityNodeInfo(whole);
            for (int i = 0; i < view.count(); i++) {
                whole.addChild(view, i);
            }
            return whole;
        }
        return corner >= 0 && corner < view.count() ? node(corner) : null;
    }

    private AccessibilityNodeInfo node(int corner) {
        AccessibilityNodeInfo node = AccessibilityNodeInfo.obtain(view, corner);
        node.setPackageName(view.getContext().getPackageName());
        node.setClassName(View.class.getName());
        node.setParent(view);
        node.setContentDescription(view.said(corner));
        Rect place = view.bounds(corner);
        node.setBoundsInParent(place);
        int[] screen = new int[2];
        view.getLocationOnScreen(screen);
        place.offset(screen[0], screen[1]);
        node.setBoundsInScreen(place);
        node.setVisibleToUser(view.isShown());
        node.setEnabled(view.isEnabled());
        node.setFocusable(true);
        node.setFocused(view.isFocused() && corner == view.chosen());
        node.setSelected(corner == view.chosen());
        node.setClickable(true);
        node.setAccessibilityFocused(corner == focus);
        node.addAction(corner == focus ? AccessibilityAction.ACTION_CLEAR_ACCESSIBILITY_FOCUS
                : AccessibilityAction.ACTION_ACCESSIBILITY_FOCUS);
        node.addAction(AccessibilityAction.ACTION_FOCUS);
        node.addAction(AccessibilityAction.ACTION_CLICK);
        for (int[] move : MOVES) {
            String name = view.getContext().getString(move[1]);
            node.addAction(new AccessibilityAction(move[0], name));
        }
        return node;
    }

    @Override
    public boolean performAction(int corner, int action, Bundle arguments) {
        if (corner == HOST_VIEW_ID) {
            return view.performAccessibilityAction(action, arguments);
        }
        if (corner < 0 || corner >= view.count()) {
            return false;
        }
        for (int[] move : MOVES) {
            if (action == move[0]) {
                return view.step(corner, move[2], move[3], CropView.STEP);
            }
        }
        switch (action) {
            case AccessibilityNodeInfo.ACTION_ACCESSIBILITY_FOCUS:
                return corner != focus && focus(corner);
            case AccessibilityNodeInfo.ACTION_CLEAR_ACCESSIBILITY_FOCUS:
                return corner == focus && focus(NONE);
            case AccessibilityNodeInfo.ACTION_FOCUS:
            case AccessibilityNodeInfo.ACTION_CLICK:
                view.requestFocusFromTouch(); // keys are at hand, whatever was touched before
                view.choose(corner);
                return true;
            default:
                return false;
        }
    }

    private boolean focus(int corner) {
        int before = focus;
        focus = corner;
        view.invalidate();
        if (before != NONE) {
            send(before, AccessibilityEvent.TYPE_VIEW_ACCESSIBILITY_FOCUS_CLEARED, 0);
        }
        if (corner != NONE) {
            send(corner, AccessibilityEvent.TYPE_VIEW_ACCESSIBILITY_FOCUSED, 0);
        }
        return true;
    }

    @Override
    public AccessibilityNodeInfo findFocus(int kind) {
        boolean input = kind == AccessibilityNodeInfo.FOCUS_INPUT;
        int corner = input ? view.isFocused() ? view.chosen() : NONE : focus;
        return corner == NONE || corner >= view.count() ? null : node(corner);
    }

    @Override
    public List<AccessibilityNodeInfo> findAccessibilityNodeInfosByText(String text, int corner) {
        return Collections.emptyList();
    }

    /** A finger that explores is over this corner, or over none (-1). */
    boolean hover(int corner) {
        if (corner != hovered) {
            int before = hovered;
            hovered = corner;
            if (corner != NONE) {
                send(corner, AccessibilityEvent.TYPE_VIEW_HOVER_ENTER, 0);
            }
            if (before != NONE) {
                send(before, AccessibilityEvent.TYPE_VIEW_HOVER_EXIT, 0);
            }
        }
        return corner != NONE;
    }

    boolean exploring() {
        return manager.isEnabled() && manager.isTouchExplorationEnabled();
    }

    /** The keys went to this corner. */
    void chosen(int corner) {
        send(corner, AccessibilityEvent.TYPE_VIEW_FOCUSED, 0);
    }

    /** It is somewhere else now: whoever asks is told anew. */
    void moved(int corner) {
        send(corner, AccessibilityEvent.TYPE_WINDOW_CONTENT_CHANGED,
                AccessibilityEvent.CONTENT_CHANGE_TYPE_CONTENT_DESCRIPTION);
    }

    /** All of them: there is another picture. */
    void changed() {
        if (focus >= view.count()) {
            focus = NONE;
        }
        if (manager.isEnabled()) {
            view.sendAccessibilityEvent(AccessibilityEvent.TYPE_WINDOW_CONTENT_CHANGED);
        }
    }

    private void send(int corner, int kind, int changes) {
        if (!manager.isEnabled() || view.getParent() == null) {
            return;
        }
        AccessibilityEvent event = AccessibilityEvent.obtain(kind);
        event.setPackageName(view.getContext().getPackageName());
        event.setClassName(View.class.getName());
        event.setContentDescription(view.said(corner));
        event.setContentChangeTypes(changes);
        event.setEnabled(true);
        event.setSource(view, corner);
        view.getParent().requestSendAccessibilityEvent(view, event);
    }
}
