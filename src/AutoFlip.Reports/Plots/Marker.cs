namespace AutoFlip.Reports;

/// <summary>Shapes of markers.</summary>
enum Marker
{
    /// <summary>Filled circle.</summary>
    Circle,

    /// <summary>Filled square.</summary>
    Square,

    /// <summary>Filled triangle, point up.</summary>
    TriangleUp,

    /// <summary>Filled square on its corner.</summary>
    Diamond,

    /// <summary>Filled triangle, point down.</summary>
    TriangleDown,

    /// <summary>Outline of a circle.</summary>
    Ring,
}

/// <summary>Corners of markers.</summary>
static class MarkerShapes
{
    extension(Marker marker)
    {
        /// <summary>Corners around (0, 0) for a radius of 1, y downwards; none for circles. Markers of one radius
        /// look about equally large.</summary>
        public (float X, float Y)[] Corners => marker switch
        {
            Marker.Square => [(-0.95f, -0.95f), (0.95f, -0.95f), (0.95f, 0.95f), (-0.95f, 0.95f)],
            Marker.Diamond => [(0, -1.2f), (1.2f, 0), (0, 1.2f), (-1.2f, 0)],
            Marker.TriangleUp => [(0, -1.2f), (1.15f, 0.75f), (-1.15f, 0.75f)],
            Marker.TriangleDown => [(0, 1.2f), (1.15f, -0.75f), (-1.15f, -0.75f)],
            _ => [],
        };
    }
}
