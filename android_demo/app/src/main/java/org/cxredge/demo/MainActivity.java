package org.cxredge.demo;
import android.app.Activity;
import android.os.Bundle;
import android.widget.TextView;
public class MainActivity extends Activity {
    @Override protected void onCreate(Bundle state) {
        super.onCreate(state);
        TextView t = new TextView(this);
        t.setText("x");
        t.setOnClickListener(v -> t.setText("y"));
        setContentView(t);
    }
}
