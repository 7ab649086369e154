using Embark.Controller;

return await ControllerProgram.RunAsync(args);
