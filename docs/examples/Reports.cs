using AutoFlip.Reports;

foreach (var run in args)
{
    ReportFile.WriteInto(run); // report.html
    PlotFolder.Write(run);     // plots/: PNG, SVG and CSV
}
