package org.cxredge.demo;

import android.app.Activity;
import android.os.Bundle;
import android.view.MenuItem;
import android.view.WindowManager;
import android.widget.LinearLayout;
import android.widget.TextView;
import android.widget.Toast;

/** What every screen of the app does alike. */
abstract class Screen extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        protect(); // before there is anything to see
        if (getActionBar() != null && !isTaskRoot()) {
            getActionBar().setDisplayHomeAsUpEnabled(true);
        }
    }

    @Override
    protected void onResume() {
        super.onResume();
        protect();
    }

    /** Screenshots are allowed or not, as the settings say. */
    void protect() {
        boolean secure = new Settings(this).secure();
        getWindow().setFlags(
                secure ? WindowManager.LayoutParams.FLAG_SECURE : 0,
                WindowManager.LayoutParams.FLAG_SECURE);
    }

    @Override
    public boolean onOptionsItemSelected(MenuItem item) {
        if (item.getItemId() == android.R.id.home) {
            onBackPressed();
            return true;
        }
        return super.onOptionsItemSelected(item);
    }

    /** Puts words behind what `rows` holds, in the manner of `layout`. */
    void add(LinearLayout rows, int layout, String words) {
        TextView view = (TextView) getLayoutInflater().inflate(layout, rows, false);
        view.setText(words);
        rows.addView(view);
    }

    void say(int words) {
        Toast.makeText(this, words, Toast.LENGTH_LONG).show();
    }
}
