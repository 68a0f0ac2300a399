using AutoFlip.Bench;

StandardStreams.Restore();
using var interruption = new Interruption();
return App.Run(new BenchCommand(), args, Host.OfProcess(interruption.Token));
