using AutoFlip.Cli;

StandardStreams.Restore();
using var interruption = new Interruption();
return App.Run(args, Host.OfProcess(interruption.Token));
