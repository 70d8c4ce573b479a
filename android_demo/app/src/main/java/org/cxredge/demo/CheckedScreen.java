package org.cxredge.demo;

/** A screen that shows what came of the engine's check, and shows it anew when that changes. */
abstract class CheckedScreen extends Screen {
    private final Runnable changed = this::show;

    /** Draws what depends on the check; on the main thread. */
    abstract void show();

    @Override
    protected void onStart() {
        super.onStart();
        Engine.of(this).listen(changed);
        show();
    }

    @Override
    protected void onStop() {
        Engine.of(this).leave(changed);
        super.onStop();
    }
}
