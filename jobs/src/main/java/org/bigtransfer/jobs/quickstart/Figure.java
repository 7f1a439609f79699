package org.bigtransfer.jobs.quickstart;

import java.awt.Shape;
import java.awt.geom.Area;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.util.Locale;

/** The classes of the quickstart's images. Each is about as large as the unit circle. */
enum Figure {
    ARROW {
        @Override
        Shape outline() {
            return polygon(-0.25, 1, -0.25, 0, -0.75, 0, 0, -1, 0.75, 0, 0.25, 0, 0.25, 1);
        }
    },
    BAR {
        @Override
        Shape outline() {
            return new Rectangle2D.Double(-1, -0.25, 2, 0.5);
        }
    },
    BOW {
        @Override
        Shape outline() {
            return polygon(-0.95, -0.7, 0, -0.12, 0.95, -0.7, 0.95, 0.7, 0, 0.12, -0.95, 0.7);
        }
    },
    CIRCLE {
        @Override
        Shape outline() {
            return circle(0, 0, 0.9);
        }
    },
    CRESCENT {
        @Override
        Shape outline() {
            Area area = new Area(circle(0, 0, 0.95));
            area.subtract(new Area(circle(0.5, 0, 0.75)));
            return area;
        }
    },
    CROSS {
        @Override
        Shape outline() {
            Area area = new Area(new Rectangle2D.Double(-0.95, -0.28, 1.9, 0.56));
            area.add(new Area(new Rectangle2D.Double(-0.28, -0.95, 0.56, 1.9)));
            return area;
        }
    },
    RING {
        @Override
        Shape outline() {
            Area area = new Area(circle(0, 0, 0.95));
            area.subtract(new Area(circle(0, 0, 0.5)));
            return area;
        }
    },
    SQUARE {
        @Override
        Shape outline() {
            return new Rectangle2D.Double(-0.78, -0.78, 1.56, 1.56);
        }
    },
    STAR {
        @Override
        Shape outline() {
            double[] points = new double[20];
            for (int i = 0; i < 10; i++) {
                double radius = i % 2 == 0 ? 1.05 : 0.42;
                points[2 * i] = radius * Math.sin(Math.PI * i / 5);
                points[2 * i + 1] = -radius * Math.cos(Math.PI * i / 5);
            }
            return polygon(points);
        }
    },
    TRIANGLE {
        @Override
        Shape outline() {
            return polygon(0, -1, 0.95, 0.7, -0.95, 0.7);
        }
    };

    /** The outline around the origin. */
    abstract Shape outline();

    /** The name of its class folder. */
    String className() {
        return name().toLowerCase(Locale.ROOT);
    }

    private static Shape circle(double x, double y, double radius) {
        return new Ellipse2D.Double(x - radius, y - radius, 2 * radius, 2 * radius);
    }

    private static Shape polygon(double... points) {
        Path2D path = new Path2D.Double();
        path.moveTo(points[0], points[1]);
        for (int i = 2; i < points.length; i += 2) {
            path.lineTo(points[i], points[i + 1]);
        }
        path.closePath();
        return path;
    }
}
