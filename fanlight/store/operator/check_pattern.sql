-- Fails when the engine cannot compile a regular expression.
SELECT match('', {pattern:String})
