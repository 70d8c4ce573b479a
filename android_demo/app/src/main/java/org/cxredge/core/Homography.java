package org.cxredge.core;

/** The perspective that takes the unit square to a convex quadrangle. */
final class Homography {
    // x = (a u + b v + c) / (g u + h v + 1), y = (d u + e v + f) / (g u + h v + 1)
    private final double a, b, c, d, e, f, g, h;

    Homography(Corners to) {
        double x0 = to.x(0), x1 = to.x(1), x2 = to.x(2), x3 = to.x(3);
        double y0 = to.y(0), y1 = to.y(1), y2 = to.y(2), y3 = to.y(3);
        double sumX = x0 - x1 + x2 - x3, sumY = y0 - y1 + y2 - y3;
        double rightX = x1 - x2, rightY = y1 - y2, lowX = x3 - x2, lowY = y3 - y2;
        double area = rightX * lowY - lowX * rightY; // not 0 where it is convex
        g = (sumX * lowY - lowX * sumY) / area;
        h = (rightX * sumY - sumX * rightY) / area;
        a = x1 - x0 + g * x1;
        b = x3 - x0 + h * x3;
        c = x0;
        d = y1 - y0 + g * y1;
        e = y3 - y0 + h * y3;
        f = y0;
    }

    double x(double u, double v) {
        return (a * u + b * v + c) / (g * u + h * v + 1);
    }

    double y(double u, double v) {
        return (d * u + e * v + f) / (g * u + h * v + 1);
    }
}
