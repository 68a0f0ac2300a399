using AutoFlip.Cli;

using var interruption = new Interruption(Console.Error);
return App.Run(args, Host.OfProcess(interruption.Token));
